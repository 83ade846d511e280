import { createHash } from "node:crypto";
import { mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

/** Sizes that the files of the agent have, one after the other. */
export const STAGES = 4;

/** The agent's ids of the two sessions that run in a directory. */
export function idsIn(cwd: string): readonly [first: string, second: string] {
  const tail = createHash("sha256").update(cwd).digest("hex").slice(0, 11);
  return [`5a1c1f6e-0d4b-4f65-9b5e-${tail}1`, `5a1c1f6e-0d4b-4f65-9b5e-${tail}2`];
}

/** Content of files by their path in the agent's store, with `_` for the folder of the project. */
export type Files = ReadonlyMap<string, string>;

/** What an agent that ran in `cwd` has written by then: two sessions that grow, sub-agents, files replaced as a whole, a compacted transcript. */
export function filesAt(stage: number, cwd: string): Files {
  const files = new Map<string, string>();
  const [one, two] = idsIn(cwd);
  const first = `projects/_/${one}`;
  const second = `projects/_/${two}`;
  files.set(`${first}.jsonl`, transcript(one, cwd, "a", (stage + 1) * 3));
  files.set(`todos/${one}-agent-${one}.json`, JSON.stringify([{ content: `step ${stage}`, status: "pending" }]));
  // The second session is written anew as a whole, and longer, from the third stage on.
  files.set(`${second}.jsonl`, transcript(two, cwd, stage < 2 ? "b" : "compacted", (stage + 1) * 2));
  if (stage >= 1) files.set(`${first}/subagents/agent-a1.jsonl`, transcript(one, cwd, "sub", stage * 2));
  if (stage === 1 || stage === 2) files.set(`${first}/tool-results/out.txt`, `output of a tool\n`.repeat(200));
  if (stage >= 2) files.set(`${second}/subagents/agent-b1.jsonl`, transcript(two, cwd, "late", stage));
  return files;
}

/** The agent's own id of the session that a file belongs to. */
export function ownerOf(path: string): string {
  const [id] = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/.exec(path) ?? [];
  if (id === undefined) throw new Error(`'${path}' belongs to no session`);
  return id;
}

function transcript(session: string, cwd: string, flavour: string, turns: number): string {
  let parent: string | null = null;
  const lines: string[] = [];
  for (let n = 0; n < turns; n++) {
    const uuid = `${flavour}-${n}`;
    const role = n % 2 === 0 ? "user" : "assistant";
    const message = role === "user" ? { role, content: `${flavour} question ${n}` } : { id: `msg-${uuid}`, type: "message", role, model: "claude-x", content: [{ type: "text", text: `${flavour} answer ${n} ${"word ".repeat(n * 40)}` }] };
    const timestamp = new Date(Date.UTC(2026, 0, 5, 10, 0, n)).toISOString();
    lines.push(`${JSON.stringify({ parentUuid: parent, isSidechain: flavour === "sub" || flavour === "late", userType: "external", cwd, sessionId: session, version: "2.0.14", gitBranch: "main", type: role, message, uuid, timestamp })}\n`);
    parent = uuid;
  }
  return lines.join("");
}

/** Brings the store below `home` to a stage. What is that far already is not touched. */
export async function growTo(home: string, cwd: string, stage: number): Promise<void> {
  const root = join(home, ".claude");
  const wanted = filesAt(stage, cwd);
  for (let other = 0; other < STAGES; other++) {
    for (const path of filesAt(other, cwd).keys()) if (!wanted.has(path)) await rm(join(root, placed(path, cwd)), { force: true });
  }
  for (const [path, content] of wanted) {
    const file = join(root, placed(path, cwd));
    if ((await readFile(file, "utf8").catch(() => null)) === content) continue;
    await mkdir(dirname(file), { recursive: true });
    const former = (await stat(file).catch(() => null))?.mtimeMs;
    await writeFile(file, content);
    if (former === (await stat(file)).mtimeMs) throw new Error("two contents with one time");
  }
}

function placed(path: string, cwd: string): string {
  return path.replace("projects/_", `projects/${cwd.replaceAll(/[^A-Za-z0-9]/g, "-")}`);
}
