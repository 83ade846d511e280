import { concat, toHex, utf8 } from "../../domain/bytes.ts";
import type { Verify } from "../../domain/workspace/checks.ts";
import type { Author } from "../read/author-keys.ts";
import type { Ledger } from "../ledger.ts";

const NAME = "signatures";
const HASH = 16;

/**
 * Signatures of statements that verified before, so that a log of many entries need not verify each at every look. A local work file,
 * sealed under a key that only the open identity has: nobody else can add to it, and deleting it costs time.
 */
export class KnownSignatures {
  readonly #ledger: Ledger;
  readonly #key: Uint8Array;
  #known: Set<string> | null = null;
  #grew = false;

  constructor(ledger: Ledger, author: Author) {
    this.#ledger = ledger;
    this.#key = ledger.crypto.hashes.keyed(author.keys[0]?.seed ?? new Uint8Array(32), utf8("hx/signatures/v1"));
  }

  async open(): Promise<Verify> {
    const known = (this.#known ??= await this.#load());
    const { hashes, signer } = this.#ledger.crypto;
    return (publicKey, message, signature) => {
      const name = toHex(hashes.h16(concat(publicKey, signature, message)));
      if (known.has(name)) return true;
      if (!signer.verify(publicKey, message, signature)) return false;
      known.add(name);
      this.#grew = true;
      return true;
    };
  }

  async save(): Promise<void> {
    if (!this.#grew || this.#known === null) return;
    const nonce = this.#ledger.crypto.random.bytes(24);
    const plain = Buffer.from([...this.#known].join(""), "hex");
    await this.#ledger.work.write(NAME, concat(nonce, this.#ledger.crypto.aead.seal(this.#key, nonce, utf8(this.#ledger.repo), plain)));
    this.#grew = false;
  }

  async #load(): Promise<Set<string>> {
    const sealed = await this.#ledger.work.read(NAME);
    const plain = sealed === null ? null : this.#ledger.crypto.aead.open(this.#key, sealed.slice(0, 24), utf8(this.#ledger.repo), sealed.slice(24));
    const names = new Set<string>();
    for (let at = 0; plain !== null && at + HASH <= plain.length; at += HASH) names.add(toHex(plain.subarray(at, at + HASH)));
    return names;
  }
}
