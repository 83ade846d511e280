import type { DemoStep } from "../../cli/world.ts";
import { firstBytes, holding, parseBatch, type GitObject } from "./objects.ts";
import { PLANTED, type Play } from "./play.ts";
import type { Machine } from "./stage.ts";
import { mustHold, shown, told } from "./step.ts";
import type { StoredFile } from "./transcripts.ts";

/** What was said in the sessions, and never in the code. */
const SAID = ["slugify", "Hello, World!", "parentUuid", "session_meta"] as const;

/** Objects in the table. */
const ROWS = 6;

/** What somebody sees who can clone the repository and has no key. @returns bytes of all objects of sessions */
export async function* stranger(play: Play, transcripts: readonly StoredFile[], author: Machine): AsyncGenerator<DemoStep, number> {
  const { stage, progress, url } = play;
  progress.phase("looking with a stranger's eyes");
  const machine = await stage.machine("stranger");
  const clone = await stage.run(machine, ["git", "clone", "-q", url, "acme-web"], { cwd: machine.directory });
  const ordinary = await stage.run(machine, ["git", "for-each-ref", "--format=%(refname)", "refs/sessions"]);
  mustHold(ordinary.lines.length === 0, "an ordinary clone brought sessions along");
  yield told("A stranger clones: not one byte of sessions comes along", clone.command, ["no ref under refs/sessions"]);

  await stage.run(machine, ["git", "fetch", "-q", "origin", "+refs/sessions/*:refs/sessions/*"]);
  const refs = await stage.run(machine, ["git", "for-each-ref", "--format=%(objectname:short) %(refname)", "refs/sessions"]);
  yield shown("So the stranger fetches them by name", { ...refs, command: "git fetch origin '+refs/sessions/*:refs/sessions/*' && git for-each-ref refs/sessions" });

  const all = parseBatch((await stage.run(machine, ["git", "cat-file", "--batch", "--batch-all-objects"])).out);
  const listed = await stage.run(machine, ["git", "rev-list", "--objects", "--glob=refs/sessions"]);
  const ids = new Set(listed.lines.map((line) => line.split(" ")[0]));
  const sealed = all.filter(({ oid }) => ids.has(oid));
  yield told(`${sealed.length} objects of sessions; the largest, by their first bytes`, "git cat-file --batch --batch-all-objects", table(sealed));

  yield search(all, sealed, transcripts, author);
  return sealed.reduce((sum, { bytes }) => sum + bytes.length, 0);
}

function table(objects: readonly GitObject[]): readonly string[] {
  const largest = objects.filter(({ type }) => type === "blob").sort((a, b) => b.bytes.length - a.bytes.length);
  return largest.slice(0, ROWS).map(({ oid, bytes }) => `${oid.slice(0, 10)}  ${String(bytes.length).padStart(7)} bytes  ${firstBytes(bytes, 24)} …`);
}

/** The same search over three heaps: what the agents wrote, all objects, and those of sessions alone. */
function search(all: readonly GitObject[], sealed: readonly GitObject[], transcripts: readonly StoredFile[], author: Machine): DemoStep {
  const every = all.map(({ bytes }) => bytes);
  const ofSessions = sealed.map(({ bytes }) => bytes);
  const written = transcripts.map(({ bytes }) => bytes);
  const lines = [`searched ${all.length} objects, decompressed, in any case of letters`];
  for (const text of SAID) {
    const [here, there] = [holding(written, text), holding(every, text)];
    lines.push(`'${text}'  files of the agents: ${here}, objects: ${there}`);
    mustHold(here > 0 && there === 0, `'${text}' is in ${here} transcripts and in ${there} objects`);
  }
  for (const text of ["Ada Byron", "ada@example.com", author.work, "claude", "codex", ...new Set(transcripts.map(({ path }) => stem(path)))]) {
    const found = holding(ofSessions, text);
    lines.push(`'${text}'  objects of sessions: ${found}`);
    mustHold(found === 0, `'${text}' is in ${found} objects of sessions`);
  }
  for (const text of [PLANTED, "Ada Byron"]) {
    const found = holding(every, text);
    lines.push(`'${text}'  objects: ${found}. It stands in the code, so the search does find`);
    mustHold(found > 0, "the search does not find what is there");
  }
  return { title: "The stranger searches every object for what was said, by whom, where", lines };
}

/** Agents name files after their own ids. */
function stem(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1).replace(/\..*$/, "");
}
