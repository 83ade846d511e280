import { describe, expect, it } from "vitest";
import { unescapeBytes, unescapeText } from "../../src/domain/secrets/unescape.ts";

describe("a quote behind backslashes", () => {
  it.each([1, 3, 5, 7])("is part of the escape after %i", (slashes) => {
    const flat = unescapeBytes(Buffer.from(`a${"\\".repeat(slashes)}"b`), "lines", "skip");
    expect(flat.text).toBe('a"b');
    expect(flat.bytesOf(1, 2)).toEqual([1, slashes + 2]);
    expect(flat.bytesOf(0, 1)).toEqual([0, 1]);
  });
  it.each([2, 4, 6])("ends its string after %i, and what is cut before it leaves it", (slashes) => {
    const flat = unescapeBytes(Buffer.from(`a${"\\".repeat(slashes)}"b`), "lines", "skip");
    expect(flat.text).toBe('a\\"b');
    expect(flat.bytesOf(0, 2)).toEqual([0, slashes + 1]);
    expect(flat.bytesOf(2, 3)).toEqual([slashes + 1, slashes + 2]);
  });
});

describe("the text without escapes", () => {
  it("is the same from JSON once, twice and three times", () => {
    const text = 'one\ttwo\n"three" four/é';
    let json = text;
    for (let i = 0; i < 3; i++) {
      json = JSON.stringify(json).slice(1, -1);
      expect(unescapeText(json)).toBe(text);
    }
  });
});
