import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { Phrase } from "../../src/app/identity/phrase.ts";
import { fromHex, toHex } from "../../src/domain/bytes.ts";
import { HxError } from "../../src/domain/errors.ts";

// The 24-word vectors of BIP-39 (trezor/python-mnemonic, vectors.json): entropy and sentence.
const VECTORS: readonly (readonly [string, string])[] = [
  ["00".repeat(32), `${"abandon ".repeat(23)}art`],
  ["7f".repeat(32), "legal winner thank year wave sausage worth useful legal winner thank year wave sausage worth useful legal winner thank year wave sausage worth title"],
  ["80".repeat(32), "letter advice cage absurd amount doctor acoustic avoid letter advice cage absurd amount doctor acoustic avoid letter advice cage absurd amount doctor acoustic bless"],
  ["ff".repeat(32), `${"zoo ".repeat(23)}vote`],
  ["68a79eaca2324873eacc50cb9c6eca8cc68ea5d936f98787c60c7ebc74e6ce7c", "hamster diagram private dutch cause delay private meat slide toddler razor book happy fancy gospel tennis maple dilemma loan word shrug inflict delay length"],
  ["9f6a2878b2520799a44ef18bc7df394e7061a224d2c33cd015b157d746869863", "panda eyebrow bullet gorilla call smoke muffin taste mesh discover soft ostrich alcohol speed nation flash devote level hobby quick inner drive ghost inside"],
  ["066dca1a2bb7e8a1db2832148ce9933eea0f3ac9548d793112d9a95c9407efad", "all hour make first leader extend hole alien behind guard gospel lava path output census museum junior mass reopen famous sing advance salt reform"],
  ["f585c11aec520db57dd353c69554b21a89b20fb0650966fa0a9d6f74fd989d8f", "void come effort suffer camp survey warrior heavy shoot primary clutch crush open amazing screen patrol group space point ten exist slush involve unfold"],
];

const wrong = async (text: string): Promise<HxError> => {
  const error: unknown = await Phrase.parse(text).catch((thrown: unknown) => thrown);
  if (!(error instanceof HxError)) throw new Error("it parsed");
  return error;
};

describe("the recovery phrase", () => {
  it.each(VECTORS)("agrees with BIP-39 for %s", async (entropy, words) => {
    expect((await Phrase.ofRoot(fromHex(entropy))).words().join(" ")).toBe(words);
    expect(toHex((await Phrase.parse(words)).root())).toBe(entropy);
    expect(toHex((await Phrase.parse(`\n ${words.toUpperCase().replaceAll(" ", "\t\n ")} `)).root())).toBe(entropy);
  });

  it("refuses another number of words", async () => {
    expect(await wrong("")).toMatchObject({ code: "wrong-phrase", message: "the recovery phrase has 24 words, not 0" });
    expect((await wrong("legal winner thank year wave sausage worth useful legal winner thank yellow")).message).toContain("not 12");
    expect((await wrong(`${VECTORS[0]?.[1]} art`)).message).toContain("not 25");
  });

  it("says where a typing error is, and not what was typed", async () => {
    const words = (VECTORS[4]?.[1] ?? "").split(" ");
    const error = await wrong(words.with(6, "privat").with(20, "shrugg").join(" "));
    expect(error.message).toBe("not in the English list of BIP-39: word 7, 21");
    expect(inspect(error)).not.toMatch(/privat|shrug|hamster/);
  });

  it("refuses every single other word in one place, and two that changed places", async () => {
    const words = (VECTORS[5]?.[1] ?? "").split(" ");
    expect(await wrong(words.with(0, words[1] ?? "").with(1, words[0] ?? "").join(" "))).toMatchObject({ code: "wrong-phrase" });
    const error = await wrong(words.with(23, "abandon").join(" "));
    expect(error.message).toContain("checksum");
    expect(inspect(error, { depth: 9 })).not.toMatch(/panda|eyebrow/);
  });

  it("does not print itself", async () => {
    const phrase = await Phrase.parse(VECTORS[4]?.[1] ?? "");
    expect(inspect(phrase, { depth: 9, showHidden: true })).not.toContain("hamster");
    expect(String(phrase)).not.toContain("hamster");
    expect(() => JSON.stringify({ phrase })).toThrow(HxError);
  });

  it("asks for words at different places", async () => {
    const phrase = await Phrase.parse(VECTORS[4]?.[1] ?? "");
    for (const bytes of [[0, 0, 0], [23, 22, 21], [255, 255, 255], [7, 7, 7]]) {
      const positions = phrase.positions(3, () => Uint8Array.from(bytes));
      expect(new Set(positions).size).toBe(3);
      expect([...positions]).toEqual([...positions].sort((a, b) => a - b));
      for (const position of positions) expect(position >= 1 && position <= 24).toBe(true);
    }
    expect(phrase.holds(1, " Hamster ")).toBe(true);
    expect(phrase.holds(2, "hamster")).toBe(false);
    expect(phrase.holds(24, "length")).toBe(true);
    expect(phrase.holds(25, "length")).toBe(false);
  });
});
