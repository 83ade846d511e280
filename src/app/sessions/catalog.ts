import { concat, fromHex, fromUtf8, toHex, utf8 } from "../../domain/bytes.ts";
import type { Oid, SessionId } from "../../domain/ids.ts";
import { sessionPath } from "../../format/paths.ts";
import type { Ledger } from "../ledger.ts";
import { entryAt } from "../lane/tree.ts";
import type { Author } from "../read/author-keys.ts";
import type { LaneSource } from "../read/lane-source.ts";
import type { OwnFacts } from "../read/open-session.ts";

/** What an approval of a session hands on. */
export interface HandedOn {
  /** `P` of each part. */
  readonly keys: readonly Uint8Array[];
  /** L over all part records. */
  readonly last: Uint8Array;
}

/** The bytes in hex, as all is JSON. */
interface Entry extends OwnFacts {
  readonly keys?: readonly string[];
  readonly last?: string;
}

/**
 * What is known of own sessions once they were opened, sealed under a key that only the open identity has: a local work file, so that a
 * list of 10,000 sessions, or a share of a thousand, need not open as many wraps. Deleting it costs time.
 */
export class Catalog {
  readonly #ledger: Ledger;
  readonly #key: Uint8Array;
  #entries: Promise<Map<string, Entry>> | null = null;
  #changed = false;

  constructor(ledger: Ledger, author: Author) {
    this.#ledger = ledger;
    // Of the newest: a seed that was given up, with a device that was lost, opens nothing that is noted after.
    const seed = author.keys.toSorted((a, b) => a.epoch - b.epoch).at(-1)?.seed ?? new Uint8Array(32);
    this.#key = ledger.crypto.hashes.keyed(seed, utf8("hx/catalog/v3"));
  }

  async get(source: LaneSource, session: SessionId): Promise<OwnFacts | null> {
    const entry = await this.#entry(source, session);
    return entry === null ? null : { facts: entry.facts, parts: entry.parts, kind: entry.kind };
  }

  /** Null, too, where `list` noted what a session says and nobody opened all of its parts. */
  async handedOn(source: LaneSource, session: SessionId): Promise<(HandedOn & Pick<OwnFacts, "facts">) | null> {
    const entry = await this.#entry(source, session);
    return entry?.keys === undefined || entry.last === undefined ? null : { facts: entry.facts, keys: entry.keys.map(fromHex), last: fromHex(entry.last) };
  }

  async put(source: LaneSource, session: SessionId, { facts, parts, kind }: OwnFacts, handedOn?: HandedOn): Promise<void> {
    const name = await this.#name(source, session);
    if (name === null) return;
    const bytes = handedOn === undefined ? {} : { keys: handedOn.keys.map(toHex), last: toHex(handedOn.last) };
    (await this.#all()).set(name, { facts, parts, kind, ...bytes });
    this.#changed = true;
  }

  /** Of what was erased nothing stays here either. */
  async forget(source: LaneSource, session: SessionId): Promise<void> {
    const name = await this.#name(source, session);
    if (name !== null && (await this.#all()).delete(name)) this.#changed = true;
  }

  /** Forgets all but these: what was erased, what has grown since, and lanes that are gone. */
  async keepOnly(living: readonly { readonly source: LaneSource; readonly session: SessionId }[]): Promise<void> {
    const entries = await this.#all();
    const names = new Set(await Promise.all(living.map(({ source, session }) => this.#name(source, session))));
    for (const name of entries.keys()) if (!names.has(name) && entries.delete(name)) this.#changed = true;
  }

  async save(): Promise<void> {
    if (!this.#changed) return;
    const nonce = this.#ledger.crypto.random.bytes(24);
    const plain = utf8(JSON.stringify([...(await this.#all())]));
    await this.#ledger.work.write(NAME, concat(nonce, this.#ledger.crypto.aead.seal(this.#key, nonce, utf8(this.#ledger.repo), plain)));
    this.#changed = false;
  }

  async #entry(source: LaneSource, session: SessionId): Promise<Entry | null> {
    const name = await this.#name(source, session);
    return name === null ? null : ((await this.#all()).get(name) ?? null);
  }

  /** The object id of its directory stands for its manifest and parts, and is read without opening the directory. */
  async #name(source: LaneSource, session: SessionId): Promise<string | null> {
    const entry = await entryAt(source.store, source.tree, sessionPath(session));
    return entry === null ? null : `${entry.oid satisfies Oid} ${toHex(source.publicKey).slice(0, 16)}`;
  }

  #all(): Promise<Map<string, Entry>> {
    return (this.#entries ??= this.#load());
  }

  async #load(): Promise<Map<string, Entry>> {
    const sealed = await this.#ledger.work.read(NAME);
    const plain = sealed === null ? null : this.#ledger.crypto.aead.open(this.#key, sealed.slice(0, 24), utf8(this.#ledger.repo), sealed.slice(24));
    if (plain === null) return new Map();
    try {
      return new Map(JSON.parse(fromUtf8(plain)) as [string, Entry][]);
    } catch {
      return new Map();
    }
  }
}

const NAME = "catalog";
