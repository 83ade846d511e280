import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mapFile, recordsIn } from "../../src/app/sessions/map-file.ts";
import { directoryIn } from "../../src/app/sessions/recorded-checkout.ts";
import { concat, fromUtf8, utf8 } from "../../src/domain/bytes.ts";
import { pathMapper } from "../../src/domain/map-paths.ts";

const FROM = "/home/dev/work/acme-web";
const TO = "/srv/checkouts/web";

function mapped(record: unknown, from = FROM, to = TO): unknown {
  const map = pathMapper({ from, to });
  return map === null ? null : JSON.parse(fromUtf8(map(utf8(JSON.stringify(record)))));
}

describe("paths in a record", () => {
  it.each([
    ["the directory itself", FROM, TO],
    ["what lies below it", `${FROM}/src/a.js`, `${TO}/src/a.js`],
    ["a name with spaces", `${FROM}/my notes/a b.md`, `${TO}/my notes/a b.md`],
    ["a closing slash", `${FROM}/`, `${TO}/`],
    ["a command", `cd ${FROM} && ls "${FROM}/src"; cat ${FROM}/a.js`, `cd ${TO} && ls "${TO}/src"; cat ${TO}/a.js`],
    ["a place in a file", `${FROM}/src/a.js:12:3 is wrong`, `${TO}/src/a.js:12:3 is wrong`],
    ["the end of a sentence", `It is ${FROM}. And (${FROM}), [${FROM}/b].`, `It is ${TO}. And (${TO}), [${TO}/b].`],
    ["lines", `a\n${FROM}/x\n${FROM}\n`, `a\n${TO}/x\n${TO}\n`],
    ["a file URI", `see file://${FROM}/a.md`, `see file://${TO}/a.md`],
    ["a tag", `<cwd>${FROM}</cwd>`, `<cwd>${TO}</cwd>`],
  ])("%s", (_, text, expected) => {
    expect(mapped({ type: "user", value: text, [text]: [text] })).toEqual({ type: "user", value: expected, [expected]: [expected] });
  });

  it.each([
    ["a sibling", `${FROM}-title/src`],
    ["a longer name", `${FROM}2`],
    ["the repository beside", `${FROM}.git/config`],
    ["a path that only ends so", `/backup${FROM}/a`],
    ["a host", `https://example.com${FROM}/a`],
    ["a relative path", `.${FROM}/a`],
    ["a path out of the checkout", `${FROM}/../../../etc/passwd`],
    ["the same in a text", `cat ${FROM}/a/../../x now`],
    ["a part of it", "/home/dev/work"],
  ])("leaves %s as it is", (_, text) => {
    expect(mapped({ value: text })).toEqual({ value: text });
  });

  it("reads JSON in strings, as deep as agents put it", () => {
    const deep = (path: string): object => ({ arguments: JSON.stringify({ cmd: `ls ${path}`, more: JSON.stringify({ file: `${path}/a` }) }) });
    expect(mapped(deep(FROM))).toEqual(deep(TO));
  });

  it("leaves what a model signed or sealed", () => {
    const kept = [
      { type: "thinking", thinking: `look into ${FROM}`, signature: "c2lnbmVk" },
      { type: "redacted_thinking", data: FROM },
      { type: "reasoning", summary: [{ text: FROM }], encrypted_content: "gAAA" },
      { type: "reasoning", text: FROM, metadata: { anthropic: { signature: "c2ln" } } },
      { functionCall: { args: { path: FROM } }, thoughtSignature: "c2ln" },
      { content: FROM, reasoningOpaque: "b3BhcXVl" },
      { text: FROM, encryptedContent: { a: 1 } },
    ];
    for (const block of kept) {
      expect(mapped({ before: FROM, message: { content: [block, { text: FROM }] } })).toEqual({ before: TO, message: { content: [block, { text: TO }] } });
      expect(mapped({ data: JSON.stringify(block), cwd: FROM })).toEqual({ data: JSON.stringify(block), cwd: TO });
    }
    expect(mapped({ signature: "", text: FROM })).toEqual({ signature: "", text: TO });
  });

  it("keeps every other byte: spaces, numbers, escapes, keys that occur twice", () => {
    const record = `{ "n": 1.0, "big": 12345678901234567890,\t"u": "\\u00e9\\/", "a": 1, "a": "${FROM}/x", "e": "caf\\u00e9 ${FROM}" }\r`;
    const expected = `{ "n": 1.0, "big": 12345678901234567890,\t"u": "\\u00e9\\/", "a": 1, "a": "${TO}/x", "e": "café ${TO}" }\r`;
    expect(fromUtf8(pathMapper({ from: FROM, to: TO })?.(utf8(record)) ?? utf8(""))).toBe(expected);
  });

  it("finds a path that is escaped", () => {
    expect(mapped({ value: "/home/jürgen/läden/x" }, "/home/jürgen/läden", "/a/b")).toEqual({ value: "/a/b/x" });
    const record = utf8('{"value":"\\/home\\/dev\\/l\\u00e4den\\/x"}');
    expect(fromUtf8(pathMapper({ from: "/home/dev/läden", to: "/a/b" })?.(record) ?? record)).toBe('{"value":"/a/b/x"}');
  });

  it.each([
    ["no JSON", `cwd is ${FROM}`],
    ["a torn record", `{"cwd":"${FROM}","text":"half`],
    ["another path", '{"cwd":"/elsewhere"}'],
  ])("gives back the same bytes for %s", (_, text) => {
    const record = utf8(text);
    expect(pathMapper({ from: FROM, to: TO })?.(record)).toBe(record);
    const binary = concat(record, Uint8Array.of(0xff));
    expect(pathMapper({ from: FROM, to: TO })?.(binary)).toBe(binary);
  });

  it("maps between systems", () => {
    const windows = "C:\\Users\\Ada\\shop";
    expect(mapped({ cwd: windows, file: `${windows}\\src\\a.ts`, say: `see ${windows}\\src\\a.ts:3`, odd: "c:/users/ada/shop/b" }, windows, TO)).toEqual({ cwd: TO, file: `${TO}/src/a.ts`, say: `see ${TO}/src/a.ts:3`, odd: `${TO}/b` });
    expect(mapped({ cwd: FROM, file: `${FROM}/src/a.ts`, say: `see ${FROM}/src/a.ts` }, FROM, windows)).toEqual({ cwd: windows, file: `${windows}\\src\\a.ts`, say: "see C:/Users/Ada/shop/src/a.ts" });
    expect(mapped({ cwd: "C:\\Users\\Ada\\shopping" }, windows, TO)).toEqual({ cwd: "C:\\Users\\Ada\\shopping" });
    expect(mapped({ a: JSON.stringify({ file: `${windows}\\x` }) }, windows, "D:\\w")).toEqual({ a: JSON.stringify({ file: "D:\\w\\x" }) });
  });

  it("does not touch texts where the path could be anything, or where the new one would be read otherwise", () => {
    expect(mapped({ cwd: "/app", say: "GET /app/users, /app" }, "/app", TO)).toEqual({ cwd: TO, say: "GET /app/users, /app" });
    expect(mapped({ cwd: FROM, say: `cd ${FROM}` }, FROM, "/my work/web")).toEqual({ cwd: "/my work/web", say: `cd ${FROM}` });
    expect(mapped({ cwd: FROM, say: `cd ${FROM}` }, FROM, "/w/$(id)")).toEqual({ cwd: "/w/$(id)", say: `cd ${FROM}` });
  });

  it("does nothing without two different places", () => {
    for (const [from, to] of [[FROM, FROM], [`${FROM}/`, FROM], ["/", TO], ["C:\\", TO], ["relative", TO], [FROM, "x"], ["", ""]] as const) expect(pathMapper({ from, to })).toBeNull();
  });

  it("always gives JSON for JSON, and is its own way back", () => {
    const text = fc.oneof(fc.constantFrom(FROM, `${FROM}/a`, `x ${FROM} y`, "/etc", "\\", '"'), fc.string());
    const value = fc.letrec((tie) => ({ value: fc.oneof({ depthSize: "small" }, text, fc.double(), fc.boolean(), fc.constant(null), fc.array(tie("value")), fc.dictionary(text, tie("value"))) })).value;
    fc.assert(
      fc.property(value, (record) => {
        const there = mapped(record);
        expect(JSON.stringify(mapped(there, TO, FROM))).toBe(JSON.stringify(JSON.parse(JSON.stringify(record))));
      }),
      { numRuns: 300 },
    );
  });
});

describe("a file", () => {
  const reading = (bytes: Uint8Array): { read(offset: number, length: number): Promise<Uint8Array> } => ({ read: async (offset, length) => bytes.slice(offset, offset + length) });
  async function through(bytes: Uint8Array, form: "lines" | "text"): Promise<{ readonly bytes: Uint8Array; readonly size: number; readonly records: number }> {
    const pieces: Uint8Array[] = [];
    const map = pathMapper({ from: FROM, to: TO });
    if (map === null) throw new Error("no mapper");
    const done = await mapFile(reading(bytes), bytes.length, form, map, { write: async (_, piece) => void pieces.push(piece) });
    return { bytes: concat(...pieces), ...done };
  }

  it("is mapped line by line, whatever stands between", async () => {
    const line = (path: string): string => `{"cwd":"${path}","pad":"${"x".repeat(700_000)}"}`;
    const lines = (path: string): Uint8Array => concat(utf8(`${line(path)}\nnot json ${FROM}\n\n`), new Uint8Array(3_000_000), utf8(`${line(path)}\r\n${line(path)}\n{"cwd":"${FROM}","torn`));
    const done = await through(lines(FROM), "lines");
    expect(Buffer.compare(done.bytes, lines(TO))).toBe(0);
    expect([done.size, done.records]).toEqual([done.bytes.length, 3]);
  });

  it("is one record where it has no lines", async () => {
    const document = (path: string): Uint8Array => utf8(JSON.stringify({ cwd: path, messages: [{ text: `in ${path}` }] }, null, 2));
    expect(await through(document(FROM), "text")).toEqual({ bytes: document(TO), size: document(TO).length, records: 1 });
  });

  it("is passed on in pieces where a line is longer than any that is mapped", async () => {
    const long = new Uint8Array((64 << 20) + 5).fill(0x61);
    const bytes = concat(long, utf8(`\n{"cwd":"${FROM}"}\n`));
    let longest = 0;
    let length = 0;
    let records = 0;
    for await (const piece of recordsIn(reading(bytes), bytes.length, "lines")) {
      longest = Math.max(longest, piece.bytes.length);
      length += piece.bytes.length;
      if (piece.isRecord) records++;
    }
    expect([length, records]).toEqual([bytes.length, 1]);
    expect(longest).toBeLessThan((64 << 20) + (2 << 20));
  });
});

describe("where a session goes on", () => {
  it.each([
    [undefined, "/w"],
    [".", "/w"],
    ["packages/ui", "/w/packages/ui"],
    ["../../etc", "/w"],
    ["a/../../b", "/w"],
    ["/etc", "/w"],
    ["C:\\x", "/w"],
    ["a\\..\\..\\b", "/w"],
  ])("%s", (cwd, expected) => {
    expect(directoryIn("/w", cwd)).toBe(expected);
  });
});
