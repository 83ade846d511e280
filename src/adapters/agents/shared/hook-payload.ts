import path from "node:path";
import type { HookPayload, SessionSource } from "../../../ports/agent.ts";
import { isInside, realPathOf } from "./store.ts";

/** What a hook payload says, unchecked. VS Code writes camelCase, the agents snake_case, Codex' `notify` kebab-case. */
export interface HookClaim {
  readonly id?: string;
  readonly transcript?: string;
}

export function claimOf(payload: HookPayload): HookClaim {
  const id = firstText(payload, ["session_id", "sessionId", "thread-id", "thread_id"]);
  const transcript = firstText(payload, ["transcript_path", "transcriptPath"]);
  return { ...(id === undefined ? {} : { id }), ...(transcript === undefined ? {} : { transcript }) };
}

function firstText(payload: HookPayload, keys: readonly string[]): string | undefined {
  for (const key of keys) {
    const value = Object.hasOwn(payload, key) ? payload[key] : undefined;
    if (typeof value === "string" && value !== "" && value.length <= 4096) return value;
  }
  return undefined;
}

/** A file in the store. */
export interface Inside {
  readonly at: "inside";
  readonly root: string;
  readonly real: string;
}

export type Confined =
  | Inside
  | { readonly at: "missing" }
  | { readonly at: "outside" };

/**
 * The session that a payload names: by its transcript where there is one in the store, else by its id. A transcript that lies elsewhere is left alone.
 * @param idOf of a file in the store
 */
export async function sessionOfHook(
  claim: HookClaim,
  roots: readonly string[],
  idOf: (file: Inside) => string | undefined | Promise<string | undefined>,
  find: (id: string) => Promise<SessionSource | null>,
): Promise<SessionSource | null> {
  const place = claim.transcript === undefined ? { at: "missing" as const } : await confine(claim.transcript, roots);
  if (place.at === "outside") return null;
  const id = place.at === "inside" ? await idOf(place) : claim.id;
  return id === undefined ? null : find(id);
}

/**
 * Whether a claimed transcript may be followed.
 * `inside`: it exists below a root, here is its real path. `missing`: there is nothing, but it would lie
 * below a root (an agent moves a transcript, or has not written it yet). `outside`: leave it alone.
 */
export async function confine(
  transcript: string,
  roots: readonly string[],
): Promise<Confined> {
  if (!path.isAbsolute(transcript) || transcript.includes("\0")) return { at: "outside" };
  const real = await realPathOf(transcript);
  if (real !== null) {
    const root = roots.find((candidate) => isInside(candidate, real));
    return root === undefined ? { at: "outside" } : { at: "inside", root, real };
  }
  for (let ancestor = path.dirname(path.normalize(transcript)); ; ancestor = path.dirname(ancestor)) {
    const resolved = await realPathOf(ancestor);
    if (resolved !== null) return { at: roots.some((root) => isInside(root, resolved)) ? "missing" : "outside" };
    if (path.dirname(ancestor) === ancestor) return { at: "outside" };
  }
}
