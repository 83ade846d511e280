import { HxError } from "../../domain/errors.ts";
import { refName } from "../../domain/ids.ts";
import type { Oid, RefName } from "../../domain/ids.ts";
import { invalid } from "../../domain/workspace/checks.ts";
import { compareChains, forkError } from "../../domain/workspace/compare.ts";
import type { WorkspaceState } from "../../domain/workspace/state.ts";
import { ROOT_REF } from "../../format/paths.ts";
import type { Clock } from "../../ports/clock.ts";
import type { PushResult, Remote, Store } from "../../ports/git.ts";
import { writeStatements } from "./append.ts";
import { readChain } from "./chain.ts";
import type { Chain } from "./chain.ts";
import type { Documents } from "./documents.ts";
import { replayWhole } from "./replay.ts";
import type { ReplayCrypto } from "./replay.ts";

export interface ChainPorts {
  readonly crypto: ReplayCrypto;
  readonly clock: Clock;
}

export interface RemotePorts extends ChainPorts {
  readonly remote: Remote;
}

/** A chain that was read and replayed. */
export interface Workspace {
  readonly chain: Chain;
  readonly state: WorkspaceState;
}

/** What was fetched lies here until it was verified. */
const INCOMING: RefName = refName("refs/hx/incoming/root");
/** Somebody else's statement can come first this often before hx says that the place is busy. */
const ATTEMPTS = 16;

/** The workspace as this store has it, or null. @throws HxError `workspace-invalid`, `too-new`, `missing-object` */
export async function readWorkspace(ports: ChainPorts, store: Store, ref: RefName = ROOT_REF): Promise<Workspace | null> {
  const tip = await store.read(ref);
  if (tip === null) return null;
  const chain = await readChain(store, tip, ports.clock.now());
  return { chain, state: replayWhole(ports.crypto, chain) };
}

/**
 * The workspace as a remote has it, verified, or null. Its objects come into the store, no ref of the store moves.
 * @param url name or URL of the remote
 * @throws HxError `remote-failed`, and as `readWorkspace`
 */
export async function fetchWorkspace(ports: RemotePorts, store: Store, url: string): Promise<Workspace | null> {
  const theirs = (await ports.remote.list(url, ROOT_REF)).get(ROOT_REF);
  if (theirs === undefined) return null;
  if ((await store.read(ROOT_REF)) !== theirs) await ports.remote.fetch(store, url, [{ from: ROOT_REF, to: INCOMING }], { whole: true });
  // Another process of this clone may have taken the ref away: what was listed is here all the same.
  const tip = (await store.read(ROOT_REF)) === theirs ? theirs : ((await store.read(INCOMING)) ?? theirs);
  const chain = await readChain(store, tip, ports.clock.now());
  const workspace = { chain, state: replayWhole(ports.crypto, chain) };
  const incoming = await store.read(INCOMING);
  if (incoming !== null) await store.update([{ ref: INCOMING, from: incoming, to: null }]);
  return workspace;
}

/** What bringing two chains together did. */
export type ChainSync =
  | { readonly kind: "none" }
  | { readonly kind: "equal" | "forwarded" | "taken"; readonly workspace: Workspace; readonly statements: number };

/**
 * Brings the copy here and the copy at a remote together: the longer one, verified, wins, and both are then the same.
 * @throws HxError `workspace-fork`; `workspace-invalid`, `too-new`; `remote-failed`; `busy`
 */
export async function syncWorkspace(ports: RemotePorts, store: Store, url: string): Promise<ChainSync> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const theirs = await fetchWorkspace(ports, store, url);
    const ours = await readWorkspace(ports, store);
    if (ours === null && theirs === null) return { kind: "none" };
    const done = ours === null ? await take(store, ours, theirs) : theirs === null ? await forward(ports, store, url, ours, null) : await join(ports, store, url, ours, theirs);
    if (done !== null) return done;
  }
  throw new HxError("busy", "the workspace chain changes faster than it can be brought together", { hints: ["hx sync"] });
}

async function join(ports: RemotePorts, store: Store, url: string, ours: Workspace, theirs: Workspace): Promise<ChainSync | null> {
  const relation = compareChains(hashes(ports, ours), hashes(ports, theirs));
  switch (relation.kind) {
    case "fork":
      throw forkError(relation.at);
    case "equal":
      return { kind: "equal", workspace: ours, statements: 0 };
    case "behind":
      return await take(store, ours, theirs);
    case "ahead":
      return await forward(ports, store, url, ours, theirs);
  }
}

async function take(store: Store, ours: Workspace | null, theirs: Workspace | null): Promise<ChainSync | null> {
  if (theirs === null) return null;
  const moved = await store.update([{ ref: ROOT_REF, from: ours?.chain.tip ?? null, to: theirs.chain.tip }]);
  return moved ? { kind: "taken", workspace: theirs, statements: theirs.chain.statements.length - (ours?.chain.statements.length ?? 0) } : null;
}

/** Never rewrites what the remote has: where its commits are not ours, the missing statements go on top of them. */
async function forward(ports: RemotePorts, store: Store, url: string, ours: Workspace, theirs: Workspace | null): Promise<ChainSync | null> {
  const known = theirs?.chain.statements.length ?? 0;
  const onTop = theirs === null || ours.chain.commits.includes(theirs.chain.tip);
  const tip = onTop ? ours.chain.tip : await writeStatements(store, theirs.chain, ours.chain.statements.slice(known), ports.clock.now(), ours.chain.documents);
  if (!(await pushed(ports, store, url, tip, theirs))) return null;
  if (tip !== ours.chain.tip) await store.update([{ ref: ROOT_REF, from: ours.chain.tip, to: tip }]);
  return { kind: "forwarded", workspace: ours, statements: ours.chain.statements.length - known };
}

/** False: somebody else was first. @throws HxError `remote-failed` */
async function pushed(ports: RemotePorts, store: Store, url: string, tip: Oid, before: Workspace | null): Promise<boolean> {
  const result: PushResult = await ports.remote.push(store, url, [{ local: tip, ref: ROOT_REF, lease: before?.chain.tip ?? null }]);
  if (result.kind === "done") return true;
  if (result.kind === "stale") return false;
  throw new HxError("remote-failed", `the remote did not take the workspace chain: ${result.reason}`, { hints: ["hx doctor"] });
}

/** Makes statements behind the newest state; they are made again when somebody else's came first. */
export type Speaker = (state: WorkspaceState | null) => readonly Uint8Array[];

/**
 * Says something at the home of the workspace: fetch, verify, make, push by compare-and-swap, and only then
 * move the copy here. An answer of nobody leaves everything as it was.
 * @param url name or URL of the remote that is (or stands for) the home
 * @param documents texts that the statements name
 * @throws HxError `workspace-fork`, `workspace-invalid`, `too-new`, `remote-failed`, `busy`
 */
export async function publish(ports: RemotePorts, store: Store, url: string, speak: Speaker, documents: Documents = new Map()): Promise<Workspace> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    // Before the home: what another process of this clone publishes in between is in both or in the home alone.
    const here = await readWorkspace(ports, store);
    const home = await fetchWorkspace(ports, store, url);
    checkCopy(ports, home, here);
    const statements = speak(home?.state ?? null);
    if (statements.length === 0 && home !== null) return home;
    const state = replayWhole(ports.crypto, { statements: [...(home?.chain.statements ?? []), ...statements], documents });
    const tip = await writeStatements(store, home?.chain ?? null, statements, ports.clock.now(), documents);
    if (!(await pushed(ports, store, url, tip, home))) continue;
    const published = { chain: await readChain(store, tip, ports.clock.now()), state };
    await advance(ports, store, published);
    return published;
  }
  throw new HxError("busy", "the workspace chain changes faster than a statement can be added", { hints: ["hx sync"] });
}

/** Moves the copy here on to what was published, unless another process of this clone has brought it as far. */
async function advance(ports: ChainPorts, store: Store, to: Workspace): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const here = await readWorkspace(ports, store);
    if (here !== null && here.chain.statements.length >= to.chain.statements.length) return;
    if (await store.update([{ ref: ROOT_REF, from: here?.chain.tip ?? null, to: to.chain.tip }])) return;
  }
}

/**
 * A copy must be a prefix of its home.
 * @throws HxError `workspace-fork` when they differ, `workspace-invalid` when the copy runs ahead
 */
export function checkCopy(ports: ChainPorts, home: Workspace | null, copy: Workspace | null): void {
  if (copy === null) return;
  const relation = compareChains(hashes(ports, copy), home === null ? [] : hashes(ports, home));
  if (relation.kind === "fork") throw forkError(relation.at);
  if (relation.kind === "ahead") throw invalid(copy.state.head.n - relation.by + 1, "this copy runs ahead of the home of the workspace");
}

/**
 * Writes into a store what its copy lacks of the chain of its home. Another process of this clone may bring the copy as far, or further.
 * @param before the copy as it was before the home was read
 * @throws as `checkCopy`; HxError `busy`
 */
export async function copyWorkspace(ports: ChainPorts, before: Workspace | null, home: Workspace, into: Store): Promise<Workspace> {
  checkCopy(ports, home, before);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const here = await readWorkspace(ports, into);
    const relation = here === null ? null : compareChains(hashes(ports, here), hashes(ports, home));
    if (relation?.kind === "fork") throw forkError(relation.at);
    if (here !== null && relation?.kind !== "behind") return here;
    const missing = home.chain.statements.slice(here?.chain.statements.length ?? 0);
    const tip = await writeStatements(into, here?.chain ?? null, missing, ports.clock.now(), home.chain.documents);
    const moved = await into.update([{ ref: ROOT_REF, from: here?.chain.tip ?? null, to: tip }]);
    if (moved) return { chain: await readChain(into, tip, ports.clock.now()), state: home.state };
  }
  throw new HxError("busy", "somebody else writes the copy of the workspace chain", { hints: ["hx sync"] });
}

function hashes(ports: ChainPorts, workspace: Workspace): readonly Uint8Array[] {
  return workspace.chain.statements.map((statement) => ports.crypto.hashes.h(statement));
}
