import { mkdir } from "node:fs/promises";
import { prompt, transcriptPath, writeQuiet } from "../../journey/claude.ts";
import type { JourneyWorld } from "../../journey/world.ts";
import { makeWorldInProcess } from "../../support/in-process.ts";
import { admittedTogether, founder, type Colleague } from "../../support/workspace-people.ts";
import { gather, type Secrets } from "./gather.ts";
import { objectsIn, type Objects } from "./objects.ts";

/**
 * Ada writes, and is in no team. Ben, Eve and Fay are in core, Dan in ops. Cyd is the administrator, nominated for both teams, in none. Eve is
 * removed; Fay departs, and is succeeded by core; Dan departs in the end, and nobody succeeds him.
 */
export const PEOPLE = ["Ada", "Ben", "Cyd", "Dan", "Eve", "Fay"] as const;
export type Name = (typeof PEOPLE)[number];

/** Sessions, by their titles: who made it, and what became of it. */
export const SESSIONS = [
  "Ada: private",
  "Ada: core",
  "Ada: ops",
  "Ada: Ben alone",
  "Ada: copied",
  "Ada: grows",
  "Ada: revoked",
  "Ada: after Eve",
  "Ben: private",
  "Ben: core",
  "Cyd: private",
  "Dan: private",
  "Dan: ops",
  "Eve: private",
  "Fay: private",
  "Fay: core",
] as const;
export type Title = (typeof SESSIONS)[number] | "Ada: the copy";

/** What a host gives, and what it has. */
export interface Mirrors {
  /** As cloned before anything was taken back. */
  readonly before: Objects;
  /** As cloned by a newcomer in the end: what the refs reach. */
  readonly tip: Objects;
  /** A copy of the host's disk in the end, with all that no ref reaches any more. */
  readonly disk: Objects;
}

export interface Company {
  readonly world: JourneyWorld;
  readonly remote: string;
  readonly people: Readonly<Record<Name, Colleague>>;
  /** By title. */
  readonly sessions: ReadonlyMap<Title, string>;
  readonly mirrors: Mirrors;
  /** Of those who together could open what Fay left to core, before she departed. */
  readonly early: { readonly Ben: Secrets; readonly Cyd: Secrets };
  secretsOf(name: Name): Promise<Secrets>;
}

export async function makeCompany(): Promise<Company> {
  const world = await makeWorldInProcess();
  const remote = await world.remote();
  const cyd = await founder(world, remote, "Cyd", "cyd");
  const others = PEOPLE.filter((name) => name !== "Cyd");
  const arrived = await admittedTogether(world, remote, cyd, others);
  const people = Object.fromEntries([["Cyd", cyd], ...others.map((name, i) => [name, arrived[i]])]) as Record<Name, Colleague>;
  const { Ada: ada, Ben: ben, Dan: dan, Fay: fay } = people;
  for (const [team, members, first] of [["core", ["Ben", "Eve", "Fay", "Cyd"], ben], ["ops", ["Dan", "Cyd"], dan]] as const) {
    await cyd.hx("team", "create", team);
    await cyd.hx("project", "grant", team);
    await cyd.hx("team", "nominate", team, ...members);
    await first.hx("team", "admit", team, ...members.slice(1, -1), "--yes");
  }
  const sessions = new Map<Title, string>();
  await Promise.all(PEOPLE.map((name) => keepAll(name, people[name], sessions)));
  const id = (title: Title): string => sessions.get(title) ?? "";
  await ada.hx("share", ...(["Ada: core", "Ada: grows", "Ada: revoked"] as const).map(id), "--team", "core", "--yes");
  await ada.hx("share", id("Ada: ops"), "--team", "ops", "--yes");
  await ada.hx("share", id("Ada: Ben alone"), "--team", "core", "--members", "Ben", "--yes");
  const copied = await ada.json("share", id("Ada: copied"), "--team", "core", "--turns", "2", "--yes");
  sessions.set("Ada: the copy", (copied as { readonly sessions: readonly { readonly copy: string }[] }).sessions[0]?.copy ?? "");
  for (const [author, title, team] of [[ben, "Ben: core", "core"], [dan, "Dan: ops", "ops"], [fay, "Fay: core", "core"]] as const) await author.hx("share", id(title), "--team", team, "--yes");
  await grow(ada);
  await fay.hx("identity", "succession", "--team", "core", "--yes");
  const before = await mirror(world, remote, "before", "--no-local");
  const early = { Ben: await gather(world, "ben", ben), Cyd: await gather(world, "cyd", cyd) };

  await ada.hx("revoke", id("Ada: revoked"), "--yes");
  await cyd.hx("member", "remove", "Eve", "--yes");
  for (const who of [ben, ada, fay]) await who.hx("sync");
  await ada.hx("share", id("Ada: after Eve"), "--team", "core", "--yes");
  await fay.hx("sync");
  for (const name of ["Fay", "Dan"]) await cyd.hx("member", "remove", name, "--departed", "--yes");
  for (const who of [ben, ada]) await who.hx("sync");
  return {
    world,
    remote,
    people,
    sessions,
    mirrors: { before, tip: await mirror(world, remote, "tip", "--no-local"), disk: await mirror(world, remote, "disk", "--local") },
    early,
    secretsOf: (name) => gather(world, name.toLowerCase(), people[name]),
  };
}

const agentId = (name: Name, i: number): string => `0a1b2c3d-000${PEOPLE.indexOf(name)}-4000-8000-${String(i).padStart(12, "0")}`;
const turnsOf = (title: Title): readonly string[] => (title === "Ada: copied" ? [title, "the second turn", "the third turn"] : [title, "a second turn"]);
const GROWS: (typeof SESSIONS)[number] = "Ada: grows";

async function write(name: Name, { machine, checkout }: Colleague, i: number, turns: readonly string[]): Promise<void> {
  await writeQuiet(transcriptPath(machine.home, checkout, agentId(name, i)), turns.map((text) => prompt(text, checkout)).join(""));
}

async function keepAll(name: Name, who: Colleague, sessions: Map<Title, string>): Promise<void> {
  for (const [i, title] of SESSIONS.entries()) if (title.startsWith(name)) await write(name, who, i, turnsOf(title));
  for (const command of ["sync", "capture", "sync"]) await who.hx(command);
  const listed = (await who.json("list")) as { readonly sessions: readonly { readonly id: string; readonly title?: string }[] };
  for (const { id, title } of listed.sessions) sessions.set(title as Title, id);
}

/** A second part of the session, which no approval covers. */
async function grow(ada: Colleague): Promise<void> {
  await write("Ada", ada, SESSIONS.indexOf(GROWS), [...turnsOf(GROWS), "what came after the approval"]);
  await ada.hx("capture");
  await ada.hx("sync");
}

async function mirror(world: JourneyWorld, remote: string, name: string, how: string): Promise<Objects> {
  const directory = world.path("mirrors", `${name}.git`);
  await mkdir(world.path("mirrors"), { recursive: true });
  await world.sandbox.git(world.sandbox.root, "clone", "-q", "--mirror", how, remote, directory);
  return objectsIn(directory, world.sandbox.env);
}
