import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { DemoStep } from "../../cli/world.ts";
import type { Play } from "./play.ts";
import type { Staff } from "./policy.ts";
import type { Ended, Machine } from "./stage.ts";
import { mustHold, shown, told } from "./step.ts";

/** The line about which the teammate asks: the session that wrote it was recorded, so its text is known. */
const LINE = "src/slugify.js:6";
/** Said in that session, and nowhere in the code. */
const SAID = "Crème brûlée";

const BEN = { name: "Ben Okri", email: "ben@example.com" } as const;
const DANA = { name: "Dana Ito", email: "dana@example.com" } as const;

/** Somebody else asks, is refused, is allowed, reads, is seen, and is refused again. An administrator reads nothing at any point. */
export async function* team(play: Play, ada: Machine, session: string): AsyncGenerator<DemoStep, Staff> {
  const { stage, progress } = play;
  progress.phase("two more people");
  await committed(play, ada);
  const ben = yield* joined(play, "ben", BEN);
  const dana = yield* joined(play, "dana", DANA);
  const pending = await stage.run(ada, ["hx", "member", "list", "--pending"]);
  yield shown("Ada sees who waits, with the fingerprints that they told her", pending);
  await stage.run(ada, ["hx", "member", "add", "--yes", ben.fingerprint, dana.fingerprint]);
  yield shown("She lets both in, and makes Dana an administrator", await stage.run(ada, ["hx", "member", "role", DANA.email, "administrator", "--yes"]));

  progress.phase("a team");
  for (const [command, ...rest] of [["create", "core"], ["nominate", "core", BEN.email]] as const) await stage.run(dana.machine, ["hx", "team", command, ...rest]);
  yield shown("Dana, as administrator: a team, a nomination, a grant", await stage.run(dana.machine, ["hx", "project", "grant", "core"]));
  yield shown("Its key is made by Ben, not by Dana", await stage.run(ben.machine, ["hx", "team", "admit", "core"]));

  progress.phase("asking");
  yield await refused(play, "Before anybody approved: the four conditions", ben.machine, ["hx", "check", session, "--team", "core"]);
  yield await refused(play, "And nothing opens", ben.machine, ["hx", "show", session]);
  yield shown("So Ben asks about a line", await stage.run(ben.machine, ["hx", "request", LINE, "--team", "core", "--reason", "why are accents removed this way?"]));

  progress.phase("deciding");
  await stage.run(ada, ["hx", "sync"]);
  const waiting = await stage.run(ada, ["hx", "requests"]);
  yield shown("Ada's hx found the session that wrote the line", waiting);
  yield shown("She approves it, for this team", await stage.run(ada, ["hx", "share", requestIn(waiting), "--team", "core", "--yes"]));

  progress.phase("reading");
  const read = await stage.run(ben.machine, ["hx", "show", session]);
  mustHold(read.lines.some((line) => line.includes(SAID)), "the teammate does not read what was said");
  yield shown("Now Ben reads: after his entry lies at the remote, not before", read, 12);
  yield await administratorReadsNothing(play, dana.machine, session);
  const log = await stage.run(ada, ["hx", "log"]);
  mustHold(log.lines.filter((line) => /^[^\t]*\taccess\t/.test(line)).length === 1, "the author's log does not have exactly one read");
  yield shown("Ada sees exactly that", log);

  progress.phase("taking back");
  yield shown("She takes it back, and reads what that cannot undo", await stage.run(ada, ["hx", "revoke", "core", "--yes"]));
  yield await refused(play, "The next read is refused", ben.machine, ["hx", "show", session]);
  yield shown("Everything seen before is still in the log", await stage.run(ada, ["hx", "verify"]));
  return { administrator: dana.machine, member: ben.machine };
}

interface Joined {
  readonly machine: Machine;
  readonly fingerprint: string;
}

async function* joined({ stage, url, passphraseFile }: Play, name: string, person: { readonly name: string; readonly email: string }): AsyncGenerator<DemoStep, Joined> {
  const machine = await stage.machine(name, person);
  const drawer = join(machine.directory, "drawer");
  await mkdir(drawer, { mode: 0o700 });
  await stage.run(machine, ["git", "clone", "-q", url, "acme-web"], { cwd: machine.directory });
  const join_ = ["hx", "join", "--yes", "--throwaway-ok", "--no-hooks", "--passphrase-file", passphraseFile, "--phrase-file", join(drawer, "phrase"), "--no-phrase-check"];
  const asked = await stage.run(machine, join_);
  await stage.run(machine, ["hx", "identity", "unlock", "--passphrase-file", passphraseFile]);
  const fingerprint = /(?:[0-9a-f]{4} ){9}[0-9a-f]{4}/.exec(asked.lines.join("\n"))?.[0];
  mustHold(fingerprint !== undefined, `'${name}' got no fingerprint`);
  yield shown(`${person.name}, on a machine of their own, asks to come in`, asked);
  return { machine, fingerprint: fingerprint ?? "" };
}

async function refused({ stage }: Play, title: string, machine: Machine, argv: readonly string[]): Promise<DemoStep> {
  return shown(title, await stage.run(machine, argv, { ends: 4 }));
}

/** Every right of the workspace, and not one key of a session. */
async function administratorReadsNothing({ stage }: Play, dana: Machine, session: string): Promise<DemoStep> {
  await stage.run(dana, ["hx", "sync"]);
  const tries: Ended[] = [];
  for (const argv of [["hx", "show", session], ["hx", "restore", session], ["hx", "export", session, "--output", "taken"]]) tries.push(await stage.run(dana, argv, { ends: 4 }));
  const lines = tries.flatMap(({ command, lines: said }) => [`$ ${command}`, ...said.slice(0, 3)]);
  return told("Dana holds every right of the workspace, and reads nothing", "as Dana", lines);
}

/** The name of the request that waits, in a pipe the first cell of its line. */
function requestIn({ lines }: Ended): string {
  const name = lines.map((line) => /\b(r[0-9a-f]{8,})\b/.exec(line)?.[1]).find((found) => found !== undefined);
  mustHold(name !== undefined, "no request arrived");
  return name ?? "";
}

/** What the agent of the recorded session left, with the combining characters that it wrote. */
const WRITTEN = `'use strict';

// Turn a title into a URL slug.
function slugify(text) {
  return String(text)
    .normalize('NFD').replace(/[\u0300-\u036f]/g, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
}

module.exports = { slugify };
`;

/** The file of the session, committed when it was written. */
async function committed({ stage }: Play, ada: Machine): Promise<void> {
  await writeFile(join(ada.work, "src", "slugify.js"), WRITTEN);
  await stage.run(ada, ["git", "add", "src"]);
  await stage.run(ada, ["git", "commit", "-q", "--date", "2026-11-20T22:36:06Z", "-m", "slugify: keep accented letters"]);
  await stage.run(ada, ["git", "push", "-q", "origin", "HEAD"]);
}
