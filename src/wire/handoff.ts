import { isAbsolute as isAbsolutePath, join, relative, resolve, sep } from "node:path";
import { briefPath, stateOf, writeBrief } from "../adapters/handoff/handoff-files.ts";
import type { IdentityPorts } from "../app/identity/ports.ts";
import { sessionRecords } from "../app/read/open-session.ts";
import { redactSession } from "../app/redact/redact-session.ts";
import { scanSession } from "../app/scan/scan-session.ts";
import { checkoutOf, directoryIn } from "../app/sessions/recorded-checkout.ts";
import { present } from "../cli/command.ts";
import type { HandoffOptions, HandoffReport } from "../cli/world-reading.ts";
import type { WorldContext } from "../cli/world.ts";
import { HxError } from "../domain/errors.ts";
import { briefOf, LEAST, type NamedFile } from "../domain/handoff/brief.ts";
import { gather, type TouchedFile } from "../domain/handoff/gather.ts";
import { HANDOFF_TARGETS, type HandoffTarget } from "../domain/handoff/targets.ts";
import { openForReading } from "./open-for-reading.ts";
import { agentFor } from "./read-out.ts";
import { openScanner } from "./scanner.ts";
import type { Settings } from "./settings.ts";

/**
 * A brief for another agent, made of a session as a redacted copy of it would read.
 * @throws HxError as `openForReading`; `usage` for an agent that nobody knows; `refused` when nothing is left to tell, or nothing can be written
 */
export async function handoffSession(settings: Settings, context: WorldContext, ports: () => Promise<IdentityPorts>, text: string, options: HandoffOptions): Promise<HandoffReport> {
  const target = targetNamed(options.to);
  if (options.max < LEAST) throw new HxError("usage", `a brief has at least ${LEAST} characters`);
  const { clone, ledger, opened, access, unreadable } = await openForReading(settings, context, ports, text);
  const { top } = clone.repository.checkout;
  if (options.write && top === null) throw new HxError("refused", "there is no working tree to write into", { hints: [`hx handoff ${opened.session} --to ${target.name} --print`] });
  const agent = await agentFor(settings, opened);
  const scanner = await openScanner(settings, ledger.crypto.hashes);
  const { secrets } = await scanSession(ledger, agent, scanner, opened);
  const { files, replaced } = await redactSession(sessionRecords(ledger, opened), opened.facts, { agent, scanner, secrets });
  const view = await agent.view(files.map(({ path, role, bytes }) => ({ path, role, bytes: async () => bytes })));
  const gathered = gather(view);
  const places = { top, cwd: opened.facts.cwd, from: view.directory === undefined ? null : checkoutOf(view.directory, opened.facts.cwd) };
  const omittedBytes = opened.facts.omitted ?? 0;
  const commit = await clone.repository.resolve("HEAD");
  const head = {
    session: opened.session,
    agent: agent.title,
    incomplete: unreadable.length > 0 || omittedBytes > 0,
    foreign: access.class !== "own",
    ...present({ title: view.title, branch: view.branch, first: view.first, last: view.last, commit: commit ?? undefined }),
  };
  const brief = briefOf(head, { ...gathered, files: await Promise.all(gathered.files.map((file) => namedFile(file, places))) }, options.max);
  const told = { id: opened.session, access, unreadable, omittedBytes, agent: agent.name, to: target.name, title: target.title, characters: brief.text.length, left: brief.left, replaced };
  if (!options.write || top === null) return { ...told, brief: brief.text };
  await refuseTracked(briefPath(opened.session), (revision) => clone.repository.resolve(revision));
  const file = await writeBrief(top, opened.session, brief.text);
  return { ...told, file, directory: top, ...startOf(target, opened.session) };
}

function targetNamed(name: string): HandoffTarget {
  const target = HANDOFF_TARGETS.find((one) => one.name === name);
  if (target === undefined) throw new HxError("usage", `no agent '${name}' to hand a session to: ${HANDOFF_TARGETS.map((one) => one.name).join(", ")}`, { hints: ["hx help handoff"] });
  return target;
}

/** A file that git knows would be committed with the next change. */
async function refuseTracked(path: string, resolveRevision: (revision: string) => Promise<string | null>): Promise<void> {
  for (const revision of [`:${path}`, ":.hx/handoff/.gitignore"]) {
    if ((await resolveRevision(revision)) !== null) throw new HxError("refused", `'${revision.slice(1)}' is tracked by git: a brief there would be committed`, { hints: ["git rm --cached -r .hx/handoff"] });
  }
}

function startOf(target: HandoffTarget, session: string): Pick<HandoffReport, "command" | "say"> {
  const file = briefPath(session);
  const say = `Read ${file} and go on from where it ends.`;
  return target.command === undefined ? { say } : { command: target.command(file, `'${say}'`) };
}

interface Places {
  readonly top: string | null;
  readonly cwd: string | undefined;
  /** The checkout in which the session ran. */
  readonly from: string | null;
}

async function namedFile(file: TouchedFile, { top, cwd, from }: Places): Promise<NamedFile> {
  const path = file.path.replaceAll("\\", "/");
  const old = from?.replaceAll("\\", "/");
  const isAbsolute = /^(?:\/|[A-Za-z]:\/)/.test(path);
  const below = isAbsolute && old !== undefined && path.startsWith(`${old}/`) ? path.slice(old.length + 1) : undefined;
  if (top === null) return { ...file, name: below ?? path, state: "state unknown" };
  const place = below !== undefined ? join(top, below) : isAbsolute ? path : resolve(directoryIn(top, cwd), path);
  const here = relative(top, place);
  const isHere = here !== "" && !here.startsWith("..") && !isAbsolutePath(here);
  return { ...file, name: isHere ? here.split(sep).join("/") : path, state: await stateOf(top, place, file.added) };
}
