import { concat, fromHex, toHex, uint32, utf8 } from "../../domain/bytes.ts";
import { isHxError, type HxError } from "../../domain/errors.ts";
import type { DeviceId, ItemId, LaneId, PersonId } from "../../domain/ids.ts";
import type { WorkspaceState } from "../../domain/workspace/state.ts";
import { decodeCborMap, encodeCbor } from "../../format/cbor.ts";
import { itemIdOf } from "../../format/ids.ts";
import { openItem } from "../../format/item.ts";
import { itemPath } from "../../format/paths.ts";
import { claimedTie, openTie } from "../../format/tie.ts";
import { lanesOfDevice } from "../lane/own-lane-key.ts";
import { entryAt } from "../lane/tree.ts";
import { LaneTrusts } from "../lane/trust.ts";
import type { Ledger } from "../ledger.ts";
import type { Author } from "../read/author-keys.ts";
import type { LaneSource } from "../read/lane-source.ts";
import { DamagedIndex, decodeIndex, decodeSpots, encodeIndex, joinGroups, unopenedGroup, type IndexPieces, type LaneItems, type Opened, type Spot, type Unopened } from "./index-file.ts";
import { personItemKeys, type IndexedItem, type ItemKey } from "./item.ts";
import { newCommits, readNewHeader } from "./new-headers.ts";
import { noteSeen } from "./seen-entries.ts";

export interface TiedLane {
  readonly lane: LaneId;
  readonly person: PersonId;
  readonly device: DeviceId;
}

export interface IndexUpdate {
  /** Items that opened for the first time. */
  readonly fresh: number;
  /** Lanes that could not be read to their end: what they had before still counts. */
  readonly problems: readonly { readonly lane: LaneId; readonly error: HxError }[];
}

const NAME = "items";
const NO_KEYS: readonly string[] = [];
/** Items that are read at a time. */
const AT_ONCE = 64;

/**
 * Which sealed items of all lanes here open with one's keys. No item is tried twice with one key: what was found is kept, sealed
 * under a key that only the open identity has, in a local work file. Deleting it costs 0.3 ms for each item of all people.
 */
export class ItemIndex {
  readonly #ledger: Ledger;
  readonly #keys: readonly ItemKey[];
  readonly #sealKey: Uint8Array;
  #lanes: Map<LaneId, LaneItems> | null = null;
  #here: readonly LaneItems[] = [];

  /** @param author whose index it is; `keys` are tried besides: those of their teams */
  constructor(ledger: Ledger, author: Author, keys: readonly ItemKey[] = []) {
    this.#ledger = ledger;
    this.#keys = [...personItemKeys(author), ...keys];
    this.#sealKey = ledger.crypto.hashes.keyed(author.keys[0]?.seed ?? new Uint8Array(32), utf8("hx/items/v1"));
  }

  /**
   * Reads the headers that are new, tries what they add with all keys and the rest with new keys, and notes in the trust state
   * what was seen. Afterwards the index speaks of these lanes.
   */
  async update(sources: readonly LaneSource[]): Promise<IndexUpdate> {
    try {
      return await this.#update(sources);
    } catch (error) {
      if (!(error instanceof DamagedIndex)) throw error;
      this.#lanes = new Map();
      return this.#update(sources);
    }
  }

  async #update(sources: readonly LaneSource[]): Promise<IndexUpdate> {
    const lanes = (this.#lanes ??= await this.#load());
    const own = new Set(await lanesOfDevice(this.#ledger));
    const problems: { lane: LaneId; error: HxError }[] = [];
    const here: LaneItems[] = [];
    let fresh = 0;
    let isChanged = false;
    for (const source of sources) {
      const known = lanes.get(source.lane) ?? null;
      try {
        const lane = await this.#read(source, known, own.has(source.lane));
        const tried = lane.unopened;
        fresh += (await this.#tryAll(source, lane)).length;
        isChanged ||= lane !== known || lane.unopened !== tried;
        here.push(lane);
        lanes.set(source.lane, lane);
      } catch (error) {
        if (!isHxError(error)) throw error;
        problems.push({ lane: source.lane, error });
        if (known !== null) here.push(known);
      }
    }
    this.#here = here;
    await noteSeen(this.#ledger, this.items(), isChanged);
    if (isChanged) await this.#save(lanes);
    return { fresh, problems };
  }

  /** Items in verified headers of the lanes here, oldest first in each lane, ties too. */
  items(): readonly IndexedItem[] {
    return this.#here.flatMap(({ lane, verified, opened }) =>
      [...opened.values()]
        .filter(({ seq }) => seq <= verified)
        .map(({ id, seq, head, day, kind, body }) => ({ id, place: { lane, seq, head, day }, kind, body })),
    );
  }

  /**
   * What opened once of an item and of those that the same header added, whether lane and item are still here or not: for what is told,
   * not for what is believed. Empty where it never opened.
   */
  remembered(lane: LaneId, id: ItemId): readonly IndexedItem[] {
    const known = this.#lanes?.get(lane);
    const item = known?.opened.get(id) ?? known?.gone.get(id);
    if (known === undefined || item === undefined) return [];
    const items = [...known.opened.values(), ...known.gone.values()];
    return items.flatMap(({ id: its, seq, head, day, kind, body }) => (seq === item.seq ? [{ id: its, place: { lane, seq, head, day }, kind, body }] : []));
  }

  /**
   * The newest header of a lane that other lanes name, by the lane that names it. Claims that do not fit the verified headers of
   * the lane are left out.
   */
  async namedBy(lane: LaneId): Promise<ReadonlyMap<LaneId, number>> {
    const trust = await new LaneTrusts(this.#ledger.trust).read(lane);
    const by = new Map<LaneId, number>();
    for (const { lane: other, names } of this.#here) {
      const [seq, hash] = names[lane] ?? [];
      if (other !== lane && seq !== undefined && trust?.chain[seq] === hash) by.set(other, seq);
    }
    return by;
  }

  /** Lanes whose author showed themselves to these keys. In a lane that nobody verified too: it says only whose it is. */
  ties(state: WorkspaceState): readonly TiedLane[] {
    return this.#here.flatMap((lane) => [...lane.opened.values()].flatMap((item) => (item.kind === "tie" ? this.#tieOf(state, lane, item) : [])));
  }

  #tieOf(state: WorkspaceState, { lane, publicKey }: LaneItems, { body }: Opened): readonly TiedLane[] {
    const { crypto, repo } = this.#ledger;
    try {
      const map = decodeCborMap(body);
      const device = state.devices.get(claimedTie(map).device);
      if (device === undefined) return [];
      const tie = openTie(map, { repo, lane: fromHex(publicKey) }, device.sign, (key, message, signature) => crypto.signer.verify(key, message, signature));
      return tie.person === device.person ? [{ lane, person: tie.person, device: tie.device }] : [];
    } catch (error) {
      if (!isHxError(error)) throw error; // a damaged tie ties nothing
      return [];
    }
  }

  /** The lane with its new headers, the same object when there are none. */
  async #read(source: LaneSource, known: LaneItems | null, isOwn: boolean): Promise<LaneItems> {
    if (known !== null && known.head === source.head && known.verified === known.seq) return known;
    const trust = await new LaneTrusts(this.#ledger.trust).read(source.lane);
    // Headers that were read before they were verified are read once more after that.
    const again = known === null || (known.verified < known.seq && known.verified < (trust?.seq ?? -1));
    if (!again && known.head === source.head) return known;
    const { commits, base } = await newCommits(source, again ? null : known.head);
    const lane = known !== null && base !== null ? extended(known) : begun(source);
    // In a lane that is read from its beginning items may lie elsewhere than they did; whether they open is known.
    const tried = base === null ? outcomes(known) : new Map<ItemId, readonly string[]>();
    const found: [keys: readonly string[], spot: Spot][] = [];
    for (const oid of commits) {
      const header = await readNewHeader(this.#ledger, source, trust, oid);
      if (lane.verified === lane.seq && (header.isVerified || isOwn)) lane.verified = header.seq;
      lane.seq = header.seq;
      for (const { lane: other, seq, hash } of header.named) if ((lane.names[other]?.[0] ?? -1) < seq) lane.names[other] = [seq, toHex(hash)];
      for (const spot of header.items) {
        const former = known?.opened.get(spot.id);
        if (former !== undefined) lane.opened.set(spot.id, { ...former, ...spot });
        else found.push([tried.get(spot.id) ?? NO_KEYS, spot]);
      }
    }
    const groups = [...new Set(found.map(([keys]) => keys))].map((keys) => unopenedGroup(keys, found.flatMap(([its, spot]) => (its === keys ? [spot] : []))));
    lane.unopened = joined([...lane.unopened, ...groups]);
    for (const item of [...(known?.gone.values() ?? []), ...(base === null ? (known?.opened.values() ?? []) : [])]) {
      if (lane.opened.has(item.id)) lane.gone.delete(item.id);
      else lane.gone.set(item.id, item);
    }
    lane.head = source.head;
    return lane;
  }

  /** Tries each group with the keys that it was not tried with. @returns what opened */
  async #tryAll(source: LaneSource, lane: LaneItems): Promise<readonly Opened[]> {
    const opened: Opened[] = [];
    const groups: Unopened[] = [];
    for (const group of lane.unopened) {
      const keys = this.#keys.filter(({ id }) => !group.keys.includes(id));
      const closed: Spot[] = [];
      const spots = keys.length === 0 ? [] : decodeSpots(group.spots());
      for (let at = 0; at < spots.length; at += AT_ONCE) {
        const some = spots.slice(at, at + AT_ONCE);
        const bytes = await Promise.all(some.map(({ id }) => itemBytes(source, id)));
        some.forEach((spot, i) => {
          const found = this.#open(source, spot, bytes[i] ?? null, keys);
          if (found === null) closed.push(spot);
          else opened.push(found);
        });
      }
      groups.push(keys.length === 0 ? group : unopenedGroup([...group.keys, ...keys.map(({ id }) => id)], closed));
    }
    if (groups.some((group, i) => group !== lane.unopened[i])) lane.unopened = joined(groups);
    for (const item of opened) lane.opened.set(item.id, item);
    return opened;
  }

  #open({ publicKey }: LaneSource, spot: Spot, bytes: Uint8Array | null, keys: readonly ItemKey[]): Opened | null {
    const { crypto, repo } = this.#ledger;
    if (bytes === null || itemIdOf(crypto.hashes, bytes) !== spot.id) return null;
    for (const { id, seed } of keys) {
      try {
        const body = openItem(crypto, seed, { repo, lane: publicKey }, bytes);
        const kind = body?.get("kind");
        if (body !== null) return { ...spot, kind: typeof kind === "string" ? kind : "", key: id, body: encodeCbor(body) };
      } catch (error) {
        if (!isHxError(error)) throw error; // damaged, or of a later version: nobody's here
      }
    }
    return null;
  }

  async #load(): Promise<Map<LaneId, LaneItems>> {
    const file = await this.#ledger.work.read(NAME);
    if (file === null || file.length < 4) return new Map();
    const middle = 4 + new DataView(file.buffer, file.byteOffset).getUint32(0);
    const known = this.#unseal("known", file.slice(4, middle));
    let rest: Uint8Array | null | undefined;
    const unopened = (): Uint8Array | null => (rest === undefined ? (rest = this.#unseal("unopened", file.slice(middle))) : rest);
    return (known === null ? null : decodeIndex(known, unopened)) ?? new Map();
  }

  async #save(lanes: ReadonlyMap<LaneId, LaneItems>): Promise<void> {
    const { known, unopened } = encodeIndex(lanes.values());
    const sealed = this.#seal("known", known);
    await this.#ledger.work.write(NAME, concat(uint32(sealed.length), sealed, this.#seal("unopened", unopened)));
  }

  #seal(piece: keyof IndexPieces, plain: Uint8Array): Uint8Array {
    const nonce = this.#ledger.crypto.random.bytes(24);
    return concat(nonce, this.#ledger.crypto.aead.seal(this.#sealKey, nonce, utf8(`${this.#ledger.repo} ${piece}`), plain));
  }

  #unseal(piece: keyof IndexPieces, sealed: Uint8Array): Uint8Array | null {
    return this.#ledger.crypto.aead.open(this.#sealKey, sealed.slice(0, 24), utf8(`${this.#ledger.repo} ${piece}`), sealed.slice(24));
  }
}

function begun({ lane, publicKey, head }: LaneSource): LaneItems {
  return { lane, publicKey: toHex(publicKey), head, seq: -1, verified: -1, names: {}, opened: new Map(), gone: new Map(), unopened: [] };
}

/** A copy, so that a lane that cannot be read to its end stays as it was. */
function extended(known: LaneItems): LaneItems {
  return { ...known, names: { ...known.names }, opened: new Map(known.opened), gone: new Map(known.gone) };
}

function outcomes(known: LaneItems | null): Map<ItemId, readonly string[]> {
  const tried = new Map<ItemId, readonly string[]>();
  for (const group of known?.unopened ?? []) for (const { id } of decodeSpots(group.spots())) tried.set(id, group.keys);
  return tried;
}

/** One group for each set of keys. */
function joined(groups: readonly Unopened[]): readonly Unopened[] {
  const byKeys = new Map<string, Unopened[]>();
  for (const group of groups) {
    const name = JSON.stringify([...group.keys].sort());
    if (group.count > 0) byKeys.set(name, [...(byKeys.get(name) ?? []), group]);
  }
  return [...byKeys.values()].map(joinGroups);
}

async function itemBytes({ store, tree }: LaneSource, id: ItemId): Promise<Uint8Array | null> {
  const entry = await entryAt(store, tree, itemPath(id));
  return entry === null ? null : store.readBlob(entry.oid);
}
