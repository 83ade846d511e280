import { isAbsolute } from "node:path";
import { isHxError } from "../domain/errors.ts";
import type { HookPayload } from "../ports/agent.ts";
import type { HookFailure } from "./log.ts";
import { readInput, readPayload } from "./payload.ts";
import { repositoryNear } from "./repository-near.ts";
import type { HookWorld } from "./world.ts";

/** How long a hook may work, in ms. */
export const limits = {
  /** A push that somebody waits for. */
  awaited: 5_000,
  /** A push that nobody waits for. */
  detached: 120_000,
  /** A capture that nobody waits for. */
  capture: 600_000,
} as const;

export interface HookDeps {
  /** Where the hook was started. */
  readonly directory: string;
  /** `HX_SKIP` is set. */
  readonly skip: boolean;
  /** Whether the environment names the repository itself (`GIT_DIR`), as git does in some hooks. */
  readonly repositoryGiven: boolean;
  world(): Promise<HookWorld>;
  log(failure: HookFailure): Promise<void>;
  /** Starts `hx hook …` anew, in a session of its own, to finish what the time was too short for. */
  continueDetached(argv: readonly string[]): void;
  /** Stands in for {@link limits} in tests. */
  readonly limits?: Readonly<Record<keyof typeof limits, number>>;
}

/** What one line of `hx hook …` asks for. */
export type HookCall =
  | { readonly hook: "post-commit" }
  | { readonly hook: "pre-push"; readonly wait: boolean }
  | { readonly hook: "agent"; readonly agent: string };

/** null: not a call of a hook; a newer hook text than this hx, perhaps. Nothing happens then. */
export function parseCall(argv: readonly string[]): HookCall | null {
  const [kind, name, ...rest] = argv;
  if (kind === "agent" && name !== undefined && /^[a-z0-9][a-z0-9-]{0,63}$/.test(name)) return { hook: "agent", agent: name };
  if (kind !== "git") return null;
  if (name === "post-commit") return { hook: "post-commit" };
  // What follows is git's: the name and the URL of the remote of the push, which do not matter.
  if (name === "pre-push") return { hook: "pre-push", wait: rest[0] === "--wait" };
  return null;
}

/** Not failures: there is nothing to keep here, and a log of it would tell where the person works. */
const nothingToDo: ReadonlySet<string> = new Set(["not-a-repository", "not-connected", "outside-boundary"]);

function codeOf(error: unknown): string {
  if (isHxError(error)) return error.code;
  if (error instanceof Error && "code" in error && typeof error.code === "string" && /^[A-Z0-9_]{1,40}$/.test(error.code)) return error.code;
  return "internal";
}

/** @returns false when the time was up before the work was done */
async function within(ms: number, work: Promise<void>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const timeUp = new Promise<false>((done) => {
    timer = setTimeout(done, ms, false);
  });
  try {
    return await Promise.race([work.then(() => true as const), timeUp]);
  } finally {
    clearTimeout(timer);
  }
}

async function postCommit(deps: HookDeps): Promise<void> {
  const world = await deps.world();
  await within((deps.limits ?? limits).capture, world.captureAll(deps.directory));
}

/**
 * Captures, then pushes: an agent that commits and pushes in one turn has fired no hook of its own yet. When
 * somebody waits and the time is up, a process of its own finishes.
 */
async function prePush(wait: boolean, deps: HookDeps): Promise<void> {
  const deadlineMs = (deps.limits ?? limits)[wait ? "awaited" : "detached"];
  const started = performance.now();
  const work = async (): Promise<void> => {
    const world = await deps.world();
    // A session that cannot be captured keeps back none of the others.
    const captured = await world.captureAll(deps.directory).then(() => null, (error: unknown) => ({ error }));
    const left = Math.max(0, deadlineMs - (performance.now() - started));
    await world.pushWaiting(deps.directory, { awaited: wait, deadlineMs: left });
    if (captured !== null) throw captured.error;
  };
  if (!(await within(deadlineMs, work())) && wait) deps.continueDetached(["git", "pre-push"]);
}

function directoryOf(payload: HookPayload | null, deps: HookDeps): string {
  const cwd = payload?.["cwd"] || rootsOf(payload)[0];
  const directory = typeof cwd === "string" ? withoutSlash(cwd) : "";
  return isAbsolute(directory) && !directory.includes("\0") ? directory : deps.directory;
}

/** Cline and Cursor name no other directory. */
function rootsOf(payload: HookPayload | null): readonly unknown[] {
  const roots = payload?.["workspaceRoots"] ?? payload?.["workspace_roots"];
  return Array.isArray(roots) ? roots : [];
}

/** On Windows Cursor writes `/c:/work`. */
function withoutSlash(directory: string): string {
  return process.platform === "win32" && /^\/[A-Za-z]:/.test(directory) ? directory.slice(1) : directory;
}

/**
 * A payload that says nothing still says that something happened here: then every session is looked at. So does one of a window with
 * several roots: in which of them the session runs it does not say, and one may lie outside the boundary.
 */
async function agentHook(agent: string, stdin: AsyncIterable<unknown>, deps: HookDeps): Promise<void> {
  const payload = await readPayload(await readInput(stdin));
  const directory = directoryOf(payload, deps);
  if (!deps.repositoryGiven && !(await repositoryNear(directory))) return;
  const world = await deps.world();
  const isPlaced = Boolean(payload?.["cwd"]) || rootsOf(payload).length < 2;
  const work = payload === null || !isPlaced ? world.captureAll(directory) : world.captureSession(agent, payload, directory);
  await within((deps.limits ?? limits).capture, work);
}

/**
 * The fast lane: `hx hook git post-commit`, `hx hook git pre-push [--wait] …`, `hx hook agent <name>`. Prints
 * nothing and never throws; what went wrong is one line in a log without any data of the user.
 */
export async function runHook(argv: readonly string[], stdin: AsyncIterable<unknown>, deps: HookDeps): Promise<void> {
  const call = parseCall(argv);
  if (call === null || deps.skip) return;
  try {
    if (call.hook === "post-commit") return await postCommit(deps);
    if (call.hook === "pre-push") return await prePush(call.wait, deps);
    return await agentHook(call.agent, stdin, deps);
  } catch (error) {
    const code = codeOf(error);
    if (!nothingToDo.has(code)) await deps.log({ hook: call.hook, code }).catch(() => undefined);
  }
}
