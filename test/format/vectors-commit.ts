import { toHex, utf8 } from "../../src/domain/bytes.ts";
import { ok } from "./vector.ts";
import type { Vector, VectorFile } from "./vector.ts";

const DAY = 1700006400;
const NOW = DAY + 3600;

/** Raw commits, read alone: `now` in seconds, `parent_time` that of the parent. */
export function commitVectors(): VectorFile {
  const tree = "ab".repeat(20);
  const parent = "cd".repeat(20);
  const who = (time: number | string, zone = "+0000", name = "hx <hx@invalid>"): string => `${name} ${time} ${zone}`;
  const text = (more: { tree?: string; parents?: string; author?: string; committer?: string; extra?: string; message?: string } = {}): string => {
    const line = who(DAY);
    return `tree ${more.tree ?? tree}\n${more.parents ?? `parent ${parent}\n`}author ${more.author ?? line}\ncommitter ${more.committer ?? more.author ?? line}\n${more.extra ?? ""}\n${more.message ?? ""}`;
  };
  const bad = "encoding-invalid";
  const v = (name: string, expect: string, commit: string, more: object = {}): Vector => ({ name, expect, now: NOW, parent_time: 0, commit: toHex(utf8(commit)), ...more });
  return {
    page: "lane.md",
    about: "Commits as git stores them, without the object's head. How many parents there may be, the ref decides.",
    vectors: [
      v("one parent", ok, text(), { parents: 1, time: DAY }),
      v("no parent", ok, text({ parents: "" }), { parents: 0, time: DAY }),
      v("ids of SHA-256", ok, text({ tree: "ab".repeat(32), parents: "" }), { parents: 0 }),
      v("the day of the parent", ok, text(), { parent_time: DAY }),
      v("a day ahead of the clock", ok, text(), { now: DAY - 86400 }),
      v("more than a day ahead of the clock", bad, text(), { now: DAY - 86401 }),
      v("before its parent", bad, text(), { parent_time: DAY + 86400 }),
      v("not midnight", bad, text({ author: who(DAY + 1) })),
      v("another zone", bad, text({ author: who(DAY, "+0100") })),
      v("zone -0000", bad, text({ author: who(DAY, "-0000") })),
      v("a leading zero in the time", bad, text({ author: who(`0${DAY}`) })),
      v("a negative time", bad, text({ author: who(-86400) })),
      v("another author", bad, text({ author: who(DAY, "+0000", "Ada <ada@example.org>") })),
      v("author and committer on different days", bad, text({ committer: who(DAY + 86400) })),
      v("an encoding", bad, text({ extra: "encoding UTF-8\n" })),
      v("a signature", bad, text({ extra: "gpgsig x\n" })),
      v("a message", bad, text({ message: "hello\n" })),
      v("a message of one line feed", bad, text({ message: "\n" })),
      v("the tree's id in upper case", bad, text({ tree: tree.toUpperCase() })),
      v("the tree's id too short", bad, text({ tree: tree.slice(1) })),
      v("cut off", bad, text().slice(0, -1)),
      v("empty", bad, ""),
    ],
  };
}
