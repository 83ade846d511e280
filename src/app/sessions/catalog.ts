import { concat, fromUtf8, toHex, utf8 } from "../../domain/bytes.ts";
import type { Oid, SessionId } from "../../domain/ids.ts";
import { manifestPath } from "../../format/paths.ts";
import type { Ledger } from "../ledger.ts";
import { entryAt } from "../lane/tree.ts";
import type { Author } from "../read/author-keys.ts";
import type { LaneSource } from "../read/lane-source.ts";
import type { OwnFacts } from "../read/open-session.ts";

/**
 * What the newest parts of own sessions say, sealed under a key that only the open identity has: a local work file, so
 * that a list of 10,000 sessions need not open 10,000 wraps. Deleting it costs time.
 */
export class Catalog {
  readonly #ledger: Ledger;
  readonly #key: Uint8Array;
  #entries: Map<string, OwnFacts> | null = null;
  #changed = false;

  constructor(ledger: Ledger, author: Author) {
    this.#ledger = ledger;
    const seed = author.keys[0]?.seed ?? new Uint8Array(32);
    this.#key = ledger.crypto.hashes.keyed(seed, utf8("hx/catalog/v2"));
  }

  async get(source: LaneSource, session: SessionId): Promise<OwnFacts | null> {
    const manifest = await this.#manifest(source, session);
    this.#entries ??= await this.#load();
    return manifest === null ? null : (this.#entries.get(manifest) ?? null);
  }

  async put(source: LaneSource, session: SessionId, known: OwnFacts): Promise<void> {
    const manifest = await this.#manifest(source, session);
    if (manifest === null) return;
    this.#entries ??= await this.#load();
    this.#entries.set(manifest, known);
    this.#changed = true;
  }

  /** Of what was erased nothing stays here either. */
  async forget(source: LaneSource, session: SessionId): Promise<void> {
    const manifest = await this.#manifest(source, session);
    this.#entries ??= await this.#load();
    if (manifest !== null && this.#entries.delete(manifest)) this.#changed = true;
  }

  async save(): Promise<void> {
    if (!this.#changed || this.#entries === null) return;
    const nonce = this.#ledger.crypto.random.bytes(24);
    const plain = utf8(JSON.stringify([...this.#entries]));
    await this.#ledger.work.write(NAME, concat(nonce, this.#ledger.crypto.aead.seal(this.#key, nonce, utf8(this.#ledger.repo), plain)));
    this.#changed = false;
  }

  /** The manifest's object id stands for all that it commits to. */
  async #manifest(source: LaneSource, session: SessionId): Promise<string | null> {
    const entry = await entryAt(source.store, source.tree, manifestPath(session));
    return entry === null ? null : `${entry.oid satisfies Oid} ${toHex(source.publicKey).slice(0, 16)}`;
  }

  async #load(): Promise<Map<string, OwnFacts>> {
    const sealed = await this.#ledger.work.read(NAME);
    const plain = sealed === null ? null : this.#ledger.crypto.aead.open(this.#key, sealed.slice(0, 24), utf8(this.#ledger.repo), sealed.slice(24));
    if (plain === null) return new Map();
    try {
      return new Map(JSON.parse(fromUtf8(plain)) as [string, OwnFacts][]);
    } catch {
      return new Map();
    }
  }
}

const NAME = "catalog";
