import { equal, fromHex, toHex } from "../../domain/bytes.ts";
import { HxError } from "../../domain/errors.ts";
import type { DeviceId, Oid } from "../../domain/ids.ts";
import type { WorkspaceState } from "../../domain/workspace/state.ts";
import { anchorPayload, decodeAnchor, MOST_ANCHOR, type Anchor } from "../../format/anchor.ts";
import { commitDay } from "../../format/commit.ts";
import { openEnvelope, signEnvelope } from "../../format/envelope.ts";
import type { GuardState } from "../../format/guard-state.ts";
import type { Crypto } from "../../ports/crypto.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Remote, RemoteOptions, Repository, Store } from "../../ports/git.ts";
import type { LastGood } from "./last-good.ts";

/** Where an anchor lies: an ordinary branch, which the host can protect by a rule. */
export const ANCHOR_BRANCH = "hx-anchor";
const FILE = "anchor";

/** The newest anchor of a branch as it was fetched, with nothing verified. */
export interface FetchedAnchor {
  readonly commit: Oid;
  /** Null: the commit has no file of that name, or something else in its place. */
  readonly envelope: Uint8Array | null;
}

/** Full name of a branch. @throws HxError `usage` */
export function anchorRef(branch: string): string {
  const ref = branch.startsWith("refs/") ? branch : `refs/heads/${branch}`;
  if (!/^refs\/heads\/[A-Za-z0-9._/-]+$/.test(ref)) throw new HxError("usage", `'${branch.slice(0, 80)}' is no name of a branch for the anchor`);
  return ref;
}

/** @param code a store that is thrown away. @returns null: there is no such branch. @throws HxError `remote-failed` */
export async function fetchAnchor({ remote }: { readonly remote: Remote }, code: Repository, from: string, branch: string, options: RemoteOptions): Promise<FetchedAnchor | null> {
  const commit = await remote.fetchTip(code.store, from, anchorRef(branch), options);
  if (commit === null) return null;
  const blob = await code.resolve(`${commit}:${FILE}`);
  if (blob === null) return { commit, envelope: null };
  if ((await code.store.info(blob)) === null) await remote.fetchObjects(code.store, from, [blob], options);
  const info = await code.store.info(blob);
  return { commit, envelope: info?.type === "blob" && info.size <= MOST_ANCHOR ? await code.store.readBlob(blob) : null };
}

/**
 * Verifies an anchor: of this workspace and repository, signed by a device that was a member's at the statement that it names.
 * @throws HxError `encoding-invalid`, `signature-invalid`, `too-new`
 */
export function openAnchor(crypto: Crypto, state: Pick<WorkspaceState, "workspace" | "devices">, repo: Anchor["repo"], { envelope }: FetchedAnchor): Anchor {
  if (envelope === null) throw new HxError("encoding-invalid", `the branch of the anchor has no file '${FILE}' that could be one`);
  const anchor = decodeAnchor(envelope);
  if (anchor.workspace !== state.workspace || anchor.repo !== repo) throw new HxError("encoding-invalid", "the anchor is that of another repository");
  const device = state.devices.get(anchor.by);
  if (device === undefined || device.since > anchor.head.n || (device.until ?? Infinity) <= anchor.head.n) throw new HxError("signature-invalid", `the anchor is by device '${anchor.by}', which was no member's at statement ${anchor.head.n}`);
  openEnvelope(envelope, "hx/anchor/v1", (message, signature) => crypto.signer.verify(device.sign, message, signature));
  return anchor;
}

/** An anchor as something to be held against. It holds the heads of wraps' lists, and not the wraps. */
export function lastGoodOf({ workspace, repo, head, lanes }: Anchor): LastGood {
  return {
    workspace,
    repo,
    chain: { n: head.n, hash: toHex(head.hash) },
    lanes: new Map([...lanes].map(([lane, { seq, hash, keys }]) => [lane, { seq, hash: toHex(hash), ...(keys === undefined ? {} : { keys: { counter: keys.counter, list: toHex(keys.list), wraps: {} } }) }])),
  };
}

export interface Anchoring {
  readonly crypto: Crypto;
  readonly clock: Clock;
  readonly signer: { readonly device: DeviceId; readonly sign: Uint8Array };
}

/**
 * The next anchor as a commit on the one before. A branch that holds something else is not built on.
 * @param store holds the commit before
 * @returns null where the anchor before says the same
 * @throws HxError as `openAnchor` when the one before is none
 */
export async function writeAnchor({ crypto, clock, signer }: Anchoring, store: Store, state: GuardState, before: { readonly fetched: FetchedAnchor; readonly anchor: Anchor } | null): Promise<{ readonly commit: Oid; readonly anchor: Anchor } | null> {
  const lanes: Anchor["lanes"] = new Map([...state.lanes].map(([lane, { seq, hash, keys }]) => [lane, { seq, hash: fromHex(hash), ...(keys === undefined ? {} : { keys: { counter: keys.counter, list: fromHex(keys.list) } }) }]));
  const previous = before === null ? undefined : crypto.hashes.h(before.fetched.envelope ?? new Uint8Array());
  const anchor: Anchor = {
    workspace: state.workspace,
    repo: state.repo,
    n: before === null ? 0 : before.anchor.n + 1,
    ...(previous === undefined ? {} : { previous }),
    by: signer.device,
    head: { n: state.chain.n, hash: fromHex(state.chain.hash) },
    lanes,
  };
  if (before !== null && saysTheSame(before.anchor, anchor)) return null;
  const envelope = signEnvelope("hx/anchor/v1", anchorPayload(anchor), (message) => crypto.signer.sign(signer.sign, message));
  if (envelope.length > MOST_ANCHOR) throw new HxError("io-failed", `the anchor would have ${envelope.length} bytes, and may have ${MOST_ANCHOR}`);
  const tree = await store.writeTree([{ mode: "100644", name: FILE, oid: await store.writeBlob(envelope) }]);
  const parents = before === null ? [] : [before.fetched.commit];
  return { commit: await store.writeCommit({ tree, parents, day: commitDay(clock.now()) }), anchor };
}

function saysTheSame(a: Anchor, b: Anchor): boolean {
  if (!equal(a.head.hash, b.head.hash) || a.lanes.size !== b.lanes.size) return false;
  return [...a.lanes].every(([lane, { hash, keys }]) => {
    const other = b.lanes.get(lane);
    return other !== undefined && equal(hash, other.hash) && keys?.counter === other.keys?.counter;
  });
}
