/** What a rule finds in a text without escapes: [from, to) in characters. */
export interface Match {
  readonly rule: string;
  readonly from: number;
  readonly to: number;
}

export type Rule = (text: string) => Iterable<Match>;

/** Bits of information a character, by how often each occurs. */
export function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}
