import { HxError } from "../../domain/errors.ts";

/** docs/spec/keyfile.md, "Recovery phrase". */
const WORDS = 24;
const ROOT_BYTES = 32;

/**
 * The recovery phrase of a person. Shown once, kept nowhere; does not print itself by accident.
 * The words of BIP-39 are text by nature, which is why this is the one secret that is not only bytes.
 */
export class Phrase {
  readonly #words: readonly string[];
  readonly #root: Uint8Array;

  private constructor(words: readonly string[], root: Uint8Array) {
    this.#words = words;
    this.#root = root;
  }

  /** @param root 32 bytes of entropy */
  static async ofRoot(root: Uint8Array): Promise<Phrase> {
    if (root.length !== ROOT_BYTES) throw new HxError("internal", "a root seed has 32 bytes");
    const { entropyToMnemonic, wordlist } = await bip39();
    return new Phrase(entropyToMnemonic(root, wordlist).split(" "), Uint8Array.from(root));
  }

  /**
   * Words in any case, apart by any white space.
   * @throws HxError `wrong-phrase`; it names positions, never words
   */
  static async parse(text: string): Promise<Phrase> {
    const words = text.normalize("NFKD").trim().toLowerCase().split(/\s+/);
    if (words.length !== WORDS) throw new HxError("wrong-phrase", `the recovery phrase has ${WORDS} words, not ${words[0] === "" ? 0 : words.length}`);
    const { mnemonicToEntropy, wordlist } = await bip39();
    const unknown = words.flatMap((word, i) => (wordlist.includes(word) ? [] : [i + 1]));
    if (unknown.length > 0) throw new HxError("wrong-phrase", `not in the English list of BIP-39: word ${unknown.join(", ")}`, { hints: ["look for a typing error there: the first four letters tell every word of the list"] });
    try {
      return new Phrase(words, Uint8Array.from(mnemonicToEntropy(words.join(" "), wordlist)));
    } catch {
      throw new HxError("wrong-phrase", "the checksum of the recovery phrase does not agree", { hints: ["every word is in the list: one is another word, or two changed places"] });
    }
  }

  /** The root seed, 32 bytes. */
  root(): Uint8Array {
    return Uint8Array.from(this.#root);
  }

  /** For showing it once. */
  words(): readonly string[] {
    return this.#words;
  }

  /** @param position from 1 */
  holds(position: number, word: string): boolean {
    return this.#words[position - 1] === word.normalize("NFKD").trim().toLowerCase();
  }

  /** Positions (from 1, rising) to ask for, so that a person shows to have written it down. */
  positions(count: number, random: (length: number) => Uint8Array): readonly number[] {
    const left = Array.from({ length: WORDS }, (_, i) => i + 1);
    const asked: number[] = [];
    for (const byte of random(count)) asked.push(...left.splice(byte % left.length, 1));
    return asked.sort((a, b) => a - b);
  }

  toJSON(): never {
    throw new HxError("internal", "a recovery phrase was about to be written");
  }

  toString(): string {
    return "Phrase (hidden)";
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return "Phrase (hidden)";
  }
}

async function bip39() {
  const [{ entropyToMnemonic, mnemonicToEntropy }, { wordlist }] = await Promise.all([import("@scure/bip39"), import("@scure/bip39/wordlists/english.js")]);
  return { entropyToMnemonic, mnemonicToEntropy, wordlist };
}
