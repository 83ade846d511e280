/**
 * What two names must not share to be told apart by a reader: compatibility forms, case, accents, spaces and punctuation are
 * left out, and letters of other scripts that look like Latin ones are read as these (a small part of Unicode TS #39's table).
 */
export function skeleton(name: string): string {
  const plain = name.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  return [...plain].map((character) => LOOKS_LIKE[character] ?? character).join("").replace(/[^\p{L}\p{N}]/gu, "");
}

const LOOKS_LIKE: Readonly<Record<string, string>> = {
  // Cyrillic
  а: "a", в: "b", е: "e", ѕ: "s", і: "i", ј: "j", к: "k", м: "m", н: "h", о: "o", р: "p", с: "c", т: "t", у: "y", х: "x", ԁ: "d", һ: "h", ӏ: "l", ԛ: "q", ԝ: "w",
  // Greek
  α: "a", β: "b", ε: "e", ι: "i", κ: "k", ν: "v", ο: "o", ρ: "p", τ: "t", υ: "u", χ: "x", γ: "y", η: "n", ω: "w",
  // Latin and digits
  ı: "i", ł: "l", ø: "o", đ: "d", "0": "o", "1": "l", "|": "l", "5": "s",
};

const CONTROL = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

/** Why a name cannot be given to a person, team or project; null when it can. At most 100 characters. */
export function nameProblem(name: string): string | null {
  if (name.trim() !== name || name.length === 0) return "a name is not empty and has no space at its ends";
  if ([...name].length > 100) return "a name has at most 100 characters";
  if (CONTROL.test(name)) return "a name has no control or formatting characters";
  if (skeleton(name).length === 0) return "a name has at least one letter or digit";
  return null;
}
