import { HxError, isHxError } from "../../domain/errors.ts";
import type { Removals } from "../../domain/workspace/frozen.ts";
import { isSessionId, type LaneId, type Oid, type RefName, type SessionId } from "../../domain/ids.ts";
import { parseCommit } from "../../format/commit.ts";
import { decodeEnvelope } from "../../format/envelope.ts";
import { decodeHeader, type Header } from "../../format/header.ts";
import { laneIdOf } from "../../format/ids.ts";
import { HEADER_PATH, keysRef, laneRef, parseSessionsRef, SESSIONS_PREFIX } from "../../format/paths.ts";
import type { Store } from "../../ports/git.ts";
import type { Ledger } from "../ledger.ts";
import { frozenPart } from "../lane/frozen-lane.ts";
import { lanesOfDevice } from "../lane/own-lane-key.ts";
import { directoryAt, entryAt } from "../lane/tree.ts";

/** A verified lane, as it lies in one of the stores here. */
export interface LaneSource {
  readonly lane: LaneId;
  readonly store: Store;
  readonly publicKey: Uint8Array;
  /** Public key that signs the lane's tombstones. */
  readonly eraser: Uint8Array;
  readonly head: Oid;
  readonly tree: Oid;
  /** Tree of the keys ref; null when there is none here. */
  readonly keys: Oid | null;
}

/** Of which nothing is left out that a removal froze: for who looks at what is here, not for readers. */
export const AS_THEY_ARE: Pick<Removals, "freezes"> = { freezes: new Map() };

/**
 * All lanes whose refs are here: those that this clone writes, and those that were fetched and verified. What lies beyond what a
 * removal froze does not count, except of the lanes that this device writes: there it waits for the next certificate.
 * @param removals of the newest chain known
 * @param broken is told of refs that are no lanes
 */
export async function laneSources(ledger: Ledger, removals: Pick<Removals, "freezes">, broken: (ref: RefName, error: HxError) => void = () => undefined): Promise<readonly LaneSource[]> {
  const sources = new Map<LaneId, LaneSource | null>();
  const own = await lanesOfDevice(ledger);
  for (const store of [ledger.repository.store, ledger.others]) {
    const refs = [...(await store.list(SESSIONS_PREFIX))].flatMap(([ref, head]) => {
      const place = parseSessionsRef(ref);
      return place?.kind === "lane" && !sources.has(place.lane) ? [{ ref, head, lane: place.lane }] : [];
    });
    // Git answers them together.
    const read = refs.map(async ({ ref, head, lane }): Promise<void> => {
      try {
        sources.set(lane, await sourceOf(ledger, store, lane, head, own.includes(lane) ? AS_THEY_ARE : removals));
      } catch (error) {
        // Refs that somebody mirrored into the work repository were never verified: one of them must not hide the others.
        if (!isHxError(error)) throw error;
        broken(ref, error);
      }
    });
    await Promise.all(read);
  }
  return [...sources.values()].filter((source) => source !== null).sort((a, b) => (a.lane < b.lane ? -1 : 1));
}

/** One of them. */
export async function laneSource(ledger: Ledger, removals: Pick<Removals, "freezes">, lane: LaneId): Promise<LaneSource | null> {
  for (const store of [ledger.repository.store, ledger.others]) {
    const head = await store.read(laneRef(lane));
    if (head !== null) return sourceOf(ledger, store, lane, head, removals);
  }
  return null;
}

async function sourceOf(ledger: Ledger, store: Store, lane: LaneId, newest: Oid, removals: Pick<Removals, "freezes">): Promise<LaneSource | null> {
  const header = await headerOf(ledger, store, lane, newest);
  const frozen = await frozenPart(ledger, store, removals, lane, { oid: newest, header });
  const head = frozen === null ? newest : frozen.head;
  if (head === null) return null;
  const { tree } = parseCommit(await store.readCommit(head));
  const keysHead = await store.read(keysRef(lane));
  const keys = keysHead === null ? null : parseCommit(await store.readCommit(keysHead)).tree;
  return { lane, store, publicKey: header.lane, eraser: header.eraser, head, tree, keys };
}

async function headerOf(ledger: Ledger, store: Store, lane: LaneId, head: Oid): Promise<Header> {
  const { tree } = parseCommit(await store.readCommit(head));
  const entry = await entryAt(store, tree, HEADER_PATH);
  if (entry === null) throw new HxError("lane-invalid", `lane '${lane}' has no header`);
  const header = decodeHeader(decodeEnvelope(await store.readBlob(entry.oid), "hx/header/v1").payload);
  if (laneIdOf(ledger.crypto.hashes, header.lane) !== lane) throw new HxError("lane-invalid", `the header of lane '${lane}' is that of another`);
  return header;
}

/** Ids of the sessions of a lane, those that begin with `beginning` alone: the other folders are not read. */
export async function sessionsOf(source: LaneSource, beginning = ""): Promise<readonly SessionId[]> {
  const ids: SessionId[] = [];
  for (const fan of await directoryAt(source.store, source.tree, "s")) {
    if (!fan.name.startsWith(beginning.slice(0, 2))) continue;
    for (const { name } of await source.store.readTree(fan.oid)) if (isSessionId(name) && name.startsWith(beginning)) ids.push(name);
  }
  return ids;
}
