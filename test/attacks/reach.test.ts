import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeCompany, PEOPLE, SESSIONS, type Company, type Name, type Title } from "./reach/company.ts";
import { together, type Secrets } from "./reach/gather.ts";
import type { Objects } from "./reach/objects.ts";
import { reach, type Reached } from "./reach/reach.ts";
import { tieTests } from "./reach/tie.ts";

const TITLES: readonly Title[] = [...SESSIONS, "Ada: the copy"];
const HERS = TITLES.filter((title) => title.startsWith("Ada"));

/** What was handed to core before Eve was removed. Of "Ada: grows" it is the first of two parts. */
const EARLY: readonly Title[] = ["Ada: core", "Ada: grows", "Ada: revoked", "Ada: the copy", "Fay: core", "Ben: core"];

/** What each one's keys may open in all that the host ever had: their own, and what was approved for a team while they were in it. */
const MAY: Readonly<Record<Name, readonly Title[]>> = {
  Ada: HERS,
  Ben: [...EARLY, "Ben: private", "Ada: Ben alone", "Ada: after Eve", "Fay: private"],
  Cyd: ["Cyd: private"],
  Dan: ["Ada: ops", "Dan: ops", "Dan: private"],
  Eve: [...EARLY, "Eve: private"],
  Fay: [...EARLY, "Ada: after Eve", "Fay: private"],
};

let company: Company;
const secrets = new Map<Name, Secrets>();
const reached = new Map<Name, Reached>();

beforeAll(async () => {
  company = await makeCompany();
  for (const name of PEOPLE) {
    secrets.set(name, await company.secretsOf(name));
    reached.set(name, await reach(company.mirrors.disk, secretsOf(name)));
  }
}, 400_000);
afterAll(() => company.world.close());

function secretsOf(name: Name): Secrets {
  const found = secrets.get(name);
  if (found === undefined) throw new Error(`nothing of ${name} was gathered`);
  return found;
}

function ofAll(name: Name): Reached {
  const found = reached.get(name);
  if (found === undefined) throw new Error(`${name} was not tried`);
  return found;
}

/** Keys without what the person's own clones kept: as somebody who comes with them to a fresh mirror. */
const bare = (name: Name): Secrets => ({ ...secretsOf(name), objects: new Map() });
const idOf = (title: Title): string => company.sessions.get(title) ?? `no session '${title}'`;
const opened = ({ parts }: Reached): readonly Title[] => TITLES.filter((title) => parts.has(idOf(title))).toSorted();
const sorted = (titles: readonly Title[]): readonly Title[] => titles.toSorted();
const partsOf = ({ parts }: Reached, title: Title): readonly number[] => [...(parts.get(idOf(title)) ?? [])].toSorted();
const withKeysOf = async (name: Name, objects: Objects): Promise<readonly Title[]> => opened(await reach(objects, bare(name)));

describe("every key that is reachable from a person's directories, on everything that the host has", () => {
  it("is tried on all of it: the sessions are there, each once, and the table", () => {
    expect(new Set(TITLES.map(idOf)).size).toBe(TITLES.length);
    const rows = TITLES.map((title) => `${title.padEnd(16)}${PEOPLE.map((name) => partsOf(ofAll(name), title).join("+").padStart(6).replace(/^ {6}$/, "     -")).join("")}`);
    const tried = `${"keys".padEnd(16)}${PEOPLE.map((name) => String(ofAll(name).keys).padStart(6)).join("")}`;
    console.log(`parts of sessions that open, with raw primitives, in a copy of the host's disk\n${"".padEnd(16)}${PEOPLE.map((name) => name.padStart(6)).join("")}\n${rows.join("\n")}\n${tried}`);
    for (const name of PEOPLE) expect(ofAll(name).tried).toBeGreaterThan(1000);
  });

  it.each(PEOPLE)("opens for %s what was approved for them, and nothing else", (name) => {
    expect(opened(ofAll(name))).toEqual(sorted(MAY[name]));
    expect(ofAll(name).parts.size).toBe(MAY[name].length);
  });

  it("opens nothing for an administrator with every right but what is their own", () => {
    expect(opened(ofAll("Cyd"))).toEqual(["Cyd: private"]);
  });

  it("opens what is inside, not only a key: titles of those who may read them", () => {
    for (const name of PEOPLE) for (const title of MAY[name]) if (title !== "Ada: the copy") expect(ofAll(name).titles.get(idOf(title))).toBe(title);
  });

  it("opens nothing without keys", async () => {
    const nobody = await reach(company.mirrors.disk);
    expect(nobody).toMatchObject({ keys: 0, tried: 0 });
    expect(nobody.parts.size + nobody.items.size).toBe(0);
  });

  it("reaches from an approval the parts that it states, and neither the next part nor the one that its chain begins with", () => {
    expect(partsOf(ofAll("Ada"), "Ada: grows")).toEqual([0, 1]);
    for (const name of ["Ben", "Eve", "Fay"] as const) expect(partsOf(ofAll(name), "Ada: grows")).toEqual([0]);
  });

  it("reaches from a redacted copy no key of the original", () => {
    for (const name of ["Ben", "Eve", "Fay"] as const) {
      expect(partsOf(ofAll(name), "Ada: the copy")).toEqual([0]);
      expect(partsOf(ofAll(name), "Ada: copied")).toEqual([]);
    }
    expect(partsOf(ofAll("Ada"), "Ada: copied")).toEqual([0]);
  });
});

describe("after taking back", () => {
  const TAKEN: Title = "Ada: revoked";

  it("leaves nothing at the tip that opens a revoked session for anybody but its author", async () => {
    expect(await withKeysOf("Ada", company.mirrors.tip)).toContain(TAKEN);
    for (const name of ["Ben", "Fay"] as const) expect(await withKeysOf(name, company.mirrors.tip)).not.toContain(TAKEN);
  });

  it("is refused by an honest client", async () => {
    const refused = await company.people.Ben.failure("show", idOf(TAKEN));
    expect(refused).toMatchObject({ exit: 4 });
    expect(await company.people.Ben.failure("show", idOf("Ada: core"))).toBeNull();
  });

  it("does not reach what was there before: whoever cloned it, or copies the host's disk, opens it with a changed client", async () => {
    expect(await withKeysOf("Ben", company.mirrors.before)).toContain(TAKEN);
    expect(await withKeysOf("Ben", company.mirrors.disk)).toContain(TAKEN);
  });

  it("leaves somebody who was removed nothing at the tip but their own", async () => {
    expect(await withKeysOf("Eve", company.mirrors.tip)).toEqual(["Eve: private"]);
    expect(await company.people.Eve.failure("show", idOf("Ada: core"))).not.toBeNull();
  });

  it("does not take from somebody who was removed what they could open before, where they still get the old wraps", async () => {
    expect(await withKeysOf("Eve", company.mirrors.before)).toEqual(sorted([...EARLY, "Eve: private"]));
    expect(opened(ofAll("Eve"))).not.toContain("Ada: after Eve");
  });
});

describe("a succession, before the departure", () => {
  it("opens for neither the administrator nor the team, and for both together", async () => {
    const { Ben, Cyd } = company.early;
    const { before } = company.mirrors;
    expect(opened(await reach(before, Ben))).not.toContain("Fay: private");
    expect(opened(await reach(before, Cyd))).toEqual(["Cyd: private"]);
    expect(opened(await reach(before, together(Ben, Cyd)))).toContain("Fay: private");
  });

  it("opens for an administrator together with somebody who was removed, and kept the key that the team had when it was signed", async () => {
    const { disk } = company.mirrors;
    expect(opened(ofAll("Eve"))).not.toContain("Fay: private");
    expect(opened(await reach(disk, together(secretsOf("Eve"), secretsOf("Cyd"))))).toContain("Fay: private");
  });

  it("without one, what somebody did not approve stays closed for all others", () => {
    for (const name of PEOPLE) if (name !== "Dan") expect(opened(ofAll(name))).not.toContain("Dan: private");
  });
});

describe("whose lane it is", () => tieTests(() => company, ofAll));
