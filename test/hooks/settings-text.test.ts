import fc from "fast-check";
import { applyEdits, format, parse } from "jsonc-parser";
import { describe, expect, it } from "vitest";
import type { SettingsHook } from "../../src/adapters/hooks/settings-text.ts";
import { findHook, newSettings, withHooks, withoutHooks } from "../../src/adapters/hooks/settings-text.ts";
import { agentHookCommand } from "../../src/adapters/hooks/shell.ts";

const command = agentHookCommand("claude-code", "hx");
const hooks: readonly SettingsHook[] = ["SessionStart", "Stop", "SessionEnd"].map((event) => ({ event, command, timeout: 10 }));

const ownGroup = fc.record(
  { matcher: fc.string(), hooks: fc.array(fc.record({ type: fc.constant("command"), command: fc.string() }), { maxLength: 2 }) },
  { requiredKeys: ["hooks"] },
);
const eventName = fc.constantFrom("SessionStart", "Stop", "SessionEnd", "PreToolUse");
const ownHooks = fc.dictionary(eventName, fc.array(fc.oneof(ownGroup, fc.jsonValue({ maxDepth: 1 })), { maxLength: 3 }), { noNullPrototype: true });
const otherKeys = fc.dictionary(
  fc.string().filter((key) => key !== "hooks" && key !== "__proto__"),
  fc.jsonValue({ maxDepth: 2 }),
  { maxKeys: 3, noNullPrototype: true },
);
// As JSON can say it, -0 is a number of JavaScript alone; and without `__proto__`, which the parser that this test reads with drops.
const settings = fc.tuple(otherKeys, fc.option(ownHooks), otherKeys).map(([before, own, after]): Record<string, unknown> =>
  JSON.parse(JSON.stringify({ ...before, ...(own === null ? {} : { hooks: own }), ...after }), (key, value: unknown) => (key === "__proto__" ? undefined : value)),
);

interface Layout {
  readonly unit: "" | "  " | "    " | "\t" | "format";
  readonly eol: "\n" | "\r\n";
  readonly end: string;
  readonly comments: readonly number[];
  readonly bom: boolean;
}
const layout: fc.Arbitrary<Layout> = fc.record({
  unit: fc.constantFrom("", "  ", "    ", "\t", "format"),
  eol: fc.constantFrom("\n", "\r\n"),
  end: fc.constantFrom("", "\n", "\n\n", "  \n"),
  comments: fc.array(fc.nat(40), { maxLength: 4 }),
  bom: fc.boolean(),
});

/** Writes a value as a person might: any indentation, comments and trailing commas between tokens. */
function written(value: unknown, how: Layout): string {
  let text = JSON.stringify(value, null, how.unit === "format" ? "" : how.unit);
  if (how.unit === "format") text = applyEdits(text, format(text, undefined, { tabSize: 3, insertSpaces: true, keepLines: true }));
  const places = [...text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g)].map((match) => match.index);
  const chosen = new Set(how.comments.map((at) => places[at % places.length] ?? 0));
  let result = "";
  for (const [offset, letter] of [...Array(text.length).keys()].map((at) => [at, text[at] ?? ""] as const)) {
    if (chosen.has(offset)) result += offset % 2 === 0 ? "/* mine */" : "// mine\n  ";
    result += letter;
  }
  return (how.bom ? "\ufeff" : "") + (result + how.end).replaceAll("\n", how.eol);
}

describe("settings of an agent", () => {
  it("come back byte for byte, whatever the person wrote", () => {
    fc.assert(
      fc.property(settings, layout, (value, how) => {
        const before = written(value, how);
        const installed = withHooks(before, hooks);
        for (const hook of hooks) expect(findHook(installed, hook)).toBe("same");
        expect(withHooks(installed, hooks)).toBe(installed);
        expect(withoutHooks(installed, hooks)).toBe(before);
      }),
      { numRuns: 500 },
    );
  });

  it("keep every value of the person, and gain only hx's groups", () => {
    fc.assert(
      fc.property(settings, layout, (value, how) => {
        const body = withHooks(written(value, how), hooks).replace("\ufeff", "");
        const after = parse(body, [], { allowTrailingComma: true });
        const mine = value as { hooks?: Record<string, unknown[]> };
        for (const key of Object.keys(value)) if (key !== "hooks") expect(after[key]).toEqual((value as Record<string, unknown>)[key]);
        for (const [event, groups] of Object.entries(mine.hooks ?? {})) expect(after.hooks[event].slice(0, groups.length)).toEqual(groups);
        for (const hook of hooks) expect(after.hooks[hook.event].at(-1)).toEqual({ hooks: [{ type: "command", command, timeout: 10 }] });
      }),
      { numRuns: 200 },
    );
  });

  it.each(["{}", "{ }", "{\n}\n", '{"hooks":{}}', '{"hooks": {"Stop": []}}', '{"hooks": { "Stop": [ ] } }', '{\n  "a": 1,\n}\n', '{"a":1}'])(
    "come back from %j",
    (before) => {
      expect(withoutHooks(withHooks(before, hooks), hooks)).toBe(before);
    },
  );

  it("that hx made are gone afterwards, and stay when the person added something", () => {
    const made = newSettings(hooks);
    expect(JSON.parse(made).hooks.Stop).toHaveLength(1);
    expect(withoutHooks(made, hooks)).toBeNull();
    const edited = made.replace("{\n", '{\n  "model": "opus",\n');
    expect(JSON.parse(withoutHooks(edited, hooks) ?? "null")).toEqual({ model: "opus" });
  });

  it("lay hx's entry out as the file is", () => {
    expect(withHooks('{\n\t"model": "opus"\n}\n', hooks.slice(1, 2))).toBe(
      `{\n\t"model": "opus",\n\t"hooks": {\n\t\t"Stop": [\n\t\t\t{\n\t\t\t\t"hooks": [\n\t\t\t\t\t{\n\t\t\t\t\t\t"type": "command",\n\t\t\t\t\t\t"command": ${JSON.stringify(command)},\n\t\t\t\t\t\t"timeout": 10\n\t\t\t\t\t}\n\t\t\t\t]\n\t\t\t}\n\t\t]\n\t}\n}\n`,
    );
  });

  it("leave what the person added after the installation", () => {
    const installed = withHooks('{\n  "hooks": {}\n}\n', hooks);
    const edited = applyEdits(installed, [{ offset: installed.indexOf('"Stop": [') + 9, length: 0, content: '{"hooks":[{"type":"command","command":"mine"}]},' }]);
    expect(parse(withoutHooks(edited, hooks) ?? "")).toEqual({ hooks: { Stop: [{ hooks: [{ type: "command", command: "mine" }] }] } });
  });

  it("keep what the person put behind hx's entries, into the very containers that hx made", () => {
    const stop = hooks.slice(1, 2);
    const mine = [{ hooks: [{ type: "command", command: "mine" }] }];
    for (const before of ['{\n  "model": "opus"\n}\n', '{"model": "opus"}']) {
      const installed = withHooks(before, stop);
      const [end] = [...installed.matchAll(/\}\s*\](?=\s*\}\s*\}\s*$)/g)].map((match) => match.index + 1);
      const inArray = applyEdits(installed, [{ offset: end ?? 0, length: 0, content: `, ${JSON.stringify(mine[0])}` }]);
      expect(parse(withoutHooks(inArray, stop) ?? "")).toEqual({ model: "opus", hooks: { Stop: mine } });
      const behind = installed.indexOf("]", end) + 1;
      const inObject = applyEdits(installed, [{ offset: behind, length: 0, content: `, "PreToolUse": ${JSON.stringify(mine)}` }]);
      expect(parse(withoutHooks(inObject, stop) ?? "")).toEqual({ model: "opus", hooks: { PreToolUse: mine } });
    }
  });

  it("use the line ends of the file", () => {
    const installed = withHooks('{\r\n  "model": "opus"\r\n}\r\n', hooks);
    expect(installed.replaceAll("\r\n", "")).not.toMatch(/[\r\n]/);
  });

  it("go into the last of several properties of one name, which is the one that counts", () => {
    const installed = withHooks('{"hooks": {}, "hooks": {"Stop": [], "Stop": []}}', hooks.slice(1, 2));
    expect(JSON.parse(installed).hooks.Stop).toHaveLength(1);
    expect(withoutHooks(installed, hooks)).toBe('{"hooks": {}, "hooks": {"Stop": [], "Stop": []}}');
  });

  it("lose only hx's handler from a group that the person put it into", () => {
    const mixed = JSON.stringify({ hooks: { Stop: [{ hooks: [{ type: "command", command: "mine" }, { type: "command", command }] }] } });
    expect(withoutHooks(mixed, hooks)).toBe('{"hooks":{"Stop":[{"hooks":[{"type":"command","command":"mine"}]}]}}');
  });

  it("get the text of today in place of an older one", () => {
    const old = JSON.stringify({ hooks: { Stop: [{ hooks: [{ type: "command", command: "hx hook agent claude-code" }] }] } });
    const stop = hooks.slice(1, 2);
    expect(findHook(old, stop[0]!)).toBe("changed");
    const now = JSON.parse(withHooks(old, stop));
    expect(now.hooks.Stop).toEqual([{ hooks: [{ type: "command", command, timeout: 10 }] }]);
  });

  it.each(["", "  ", "{", "[]", "null", '{"hooks": []}', '{"hooks": {"Stop": {}}}', '{"hooks": null}', '{"a": 1} x'])("that are damaged are refused: %j", (text) => {
    expect(() => withHooks(text, hooks)).toThrowError(expect.objectContaining({ code: "refused" }));
  });
});
