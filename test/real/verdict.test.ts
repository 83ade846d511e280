import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Heard, Said } from "./model/script.ts";
import { hashesBelow, type Hashes } from "./stored.ts";
import { answers, prompts } from "./story.ts";
import type { Fired } from "./trace.ts";
import { whyNotCaptured, whyNotFired, whyNotHanded, whyNotRestored, whyNotResumed } from "./verdict.ts";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "hx-verdict-test-"));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const NONE: Hashes = new Map();
const store = async (name: string, files: Readonly<Record<string, string>>): Promise<Hashes> => {
  await mkdir(join(root, name), { recursive: true });
  for (const [path, text] of Object.entries(files)) await writeFile(join(root, name, path), text);
  return hashesBelow(join(root, name));
};

describe("hooks that fired", () => {
  const agent = { name: "codex", hooks: ["SessionStart", "Stop"] };
  const call = (event: string, more: Partial<Fired> = {}): Fired => ({ hook: "agent codex", event, over: true, code: 0, ...more });
  const both = [call("SessionStart"), call("Stop")];

  it("are each event in each run", () => {
    expect(whyNotFired(agent, [...both, ...both], 2)).toBe("");
    expect(whyNotFired(agent, both, 2)).toBe("'SessionStart' came 1 times in 2 runs\n'Stop' came 1 times in 2 runs");
    expect(whyNotFired(agent, [...both, call("SessionStart")], 2)).toBe("'Stop' came 1 times in 2 runs");
  });

  it("are not those of another agent or of git, and none at all is told first", () => {
    const others = both.flatMap((one) => [{ ...one, hook: "agent pi" }, { ...one, hook: "git post-commit" }]);
    expect(whyNotFired(agent, others, 1)).toMatch(/^no hook of codex called hx\n'SessionStart' came 0 times/);
    expect(whyNotFired({ name: "codex", hooks: [] }, others, 1)).toBe("no hook of codex called hx");
  });

  it("are counted where the payload names no event, and have to end well", () => {
    const unnamed: Fired = { hook: "agent codex", over: true, code: 0 };
    expect(whyNotFired({ name: "codex", hooks: [] }, [unnamed], 2)).toBe("hooks called hx 1 times in 2 runs");
    expect(whyNotFired({ name: "codex", hooks: [] }, [unnamed, unnamed], 2)).toBe("");
    expect(whyNotFired(agent, [call("SessionStart"), call("Stop", { code: 3 })], 1)).toBe("hx ended with 3, called for 'Stop'");
  });
});

describe("what was captured", () => {
  it("lacks nothing, or the file with one byte more, less or other is named", async () => {
    const kept = await store("kept", { "a.jsonl": "one\ntwo\n", "b.jsonl": "three\n" });
    expect(whyNotCaptured(kept, await store("same", { "0001": "three\n", "0002": "one\ntwo\n", "0003": "more\n" }), true)).toBe("");
    for (const [name, text] of [["less", "one\ntwo"], ["more", "one\ntwo\n\n"], ["other", "one\ntwO\n"]] as const) {
      expect(whyNotCaptured(kept, await store(name, { "0001": "three\n", "0002": text }), true)).toBe("'a.jsonl' is not among what hx gives back");
    }
  });

  it("is something, of a database too", async () => {
    const some = await store("some", { a: "x" });
    expect(whyNotCaptured(some, NONE, true)).toBe("hx gives back nothing");
    expect(whyNotCaptured(NONE, NONE, false)).toBe("hx gives back nothing");
    expect(whyNotCaptured(NONE, some, true)).toBe("the agent wrote nothing");
    expect(whyNotCaptured(NONE, some, false)).toBe("");
  });
});

describe("what was restored", () => {
  it("is what hx gave back and what the agent had, and what lacks is named with the place", async () => {
    const all = await store("all", { "a.jsonl": "one\n" });
    const torn = await store("torn", { "a.jsonl": "on\n" });
    expect(whyNotRestored({ raw: all, again: all, kept: all, placed: all })).toBe("");
    expect(whyNotRestored({ raw: all, again: torn, kept: all, placed: all })).toBe("'a.jsonl' is not the same in the other clone");
    expect(whyNotRestored({ raw: all, again: all, kept: all, placed: torn })).toBe("'a.jsonl' is not among what was restored, but for the checkout's path");
    expect(whyNotRestored({ raw: all, again: all, kept: all, placed: NONE })).toContain("'a.jsonl'");
    expect(whyNotRestored({ raw: NONE, again: NONE, kept: NONE, placed: NONE })).toBe("there is nothing to restore");
  });

  it("of a database is what the agent prints, and nothing printed twice is no agreement", async () => {
    const all = await store("all", { rows: "one\n" });
    const of = (here: string, there: string): string => whyNotRestored({ raw: all, again: all, kept: NONE, placed: NONE, dumps: [here, there] });
    expect(of("{}", "{}")).toBe("");
    expect(of("{}", "{ }")).toBe("the agent does not print the same of the session");
    expect(of("", "")).toBe("the agent does not print the same of the session");
  });
});

const heard = (...said: readonly Said[]): Heard => ({ protocol: "chat", tools: [], said });

describe("a session that goes on", () => {
  const whole: readonly Said[] = [
    { role: "user", text: prompts.first },
    { role: "result", text: "The kestrel hovers over number 4711." },
    { role: "assistant", text: answers.first },
    { role: "user", text: prompts.second },
    { role: "assistant", text: answers.second },
    { role: "user", text: prompts.third },
  ];

  it("holds all that was said, in one of its requests", () => {
    expect(whyNotResumed([heard({ role: "user", text: prompts.third }), heard(...whole)])).toBe("");
    for (const lost of whole.slice(0, -1)) {
      const why = whyNotResumed([heard(...whole.filter((one) => one !== lost))]);
      expect(why, lost.text).toBe(`its request does not hold '${lost.text}'`);
    }
    // Two halves are no whole.
    expect(whyNotResumed([heard(...whole.slice(0, 3)), heard(...whole.slice(3))])).not.toBe("");
  });

  it("is one of which the model heard", () => {
    expect(whyNotResumed([])).toBe("the model was not asked");
  });
});

describe("a session that was handed off", () => {
  const id = "7f3a91c2d4e5f60718293a4b5c6d7e8f";
  const brief = `# Handoff: a note\n\`hx show ${id}\`\n> ${prompts.first}\n- \`note.md\`: 1 edit in turn 1\n`;

  it("is known by its brief, which was read or was the prompt", () => {
    expect(whyNotHanded([heard({ role: "user", text: `Read .hx/handoff/${id}.md and go on.` }, { role: "result", text: brief })], id)).toBe("");
    expect(whyNotHanded([heard(), heard({ role: "user", text: brief })], id)).toBe("");
  });

  it("is not when nothing was asked, the brief was not read, or is another one's", () => {
    expect(whyNotHanded([], id)).toBe("the model was not asked");
    const named = heard({ role: "user", text: `Read .hx/handoff/${id}.md and go on.` }, { role: "result", text: "cat: no such file" });
    expect(whyNotHanded([named], id)).toMatch(/^no request holds 'Write a note about kestrels and commit it\.' of the brief\nno request holds 'hx show 7f3a91c2/);
    expect(whyNotHanded([heard({ role: "user", text: brief })], id.replace("7", "8"))).toMatch(/^no request holds 'hx show 8f3a91c2\w+' of the brief$/);
    expect(whyNotHanded([heard({ role: "assistant", text: brief })], id)).not.toBe("");
  });
});

describe("the store", () => {
  it("is compared by what was written, not by how it is called", async () => {
    const file = join(root, "a");
    await writeFile(file, Buffer.from([0, 255, 10]));
    const before = await hashesBelow(root);
    await writeFile(file, Buffer.from([0, 254, 10]));
    expect(whyNotCaptured(before, await hashesBelow(root), true)).toBe("'a' is not among what hx gives back");
    await writeFile(join(root, "b"), Buffer.from([0, 255, 10]));
    expect(whyNotCaptured(before, await hashesBelow(root), true)).toBe("");
  });
});
