import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { prompt, transcriptPath, writeQuiet } from "../journey/claude.ts";
import { list, makeWorld, type JourneyWorld } from "../journey/world.ts";
import { founder, join, joinArgs, member, newcomer, type Seat } from "./world.ts";

const ID = "0a1b2c3d-0000-4000-8000-000000000002";
let world: JourneyWorld;
beforeAll(async () => {
  world = await makeWorld("in-process");
});
afterAll(() => world.close());

interface Pending {
  readonly people: readonly { readonly id: string; readonly name?: string; readonly state: string; readonly administrator: boolean; readonly fingerprint?: string }[];
  readonly pending: readonly { readonly id: string; readonly name?: string; readonly fingerprint?: string; readonly odd: readonly { readonly code: string; readonly blocks: boolean }[] }[];
}

describe("somebody joins", () => {
  it("asks, is seen, is let in, and what was captured before goes out", async () => {
    const remote = await world.remote("http");
    const ada = await founder(world, remote, "ada-in");
    const ben = await newcomer(world, remote, "ben-in");
    const asked = await join(world, ben, "Ben In", "ben@example.com");
    expect(asked).toMatchObject({ state: "asked" });
    expect(asked.fingerprint).toMatch(/^([0-9a-f]{4} ){9}[0-9a-f]{4}$/);
    await writeQuiet(transcriptPath(ben.machine.home, ben.checkout, ID), prompt("before anybody let me in", ben.checkout));
    await ben.hx("capture");
    expect((await ben.try("sync")).stderr).toContain("an administrator must admit you");
    expect(await ben.json(...joinArgs(world, "x").slice(0, 5))).toMatchObject({ state: "waiting", fingerprint: asked.fingerprint });
    expect(await ben.hx("status")).toContain("an administrator must admit you");

    const seen = await ada.json<Pending>("member", "list", "--pending");
    expect(seen.pending).toEqual([expect.objectContaining({ id: asked.person, name: "Ben In", fingerprint: asked.fingerprint, odd: [] })]);
    expect(await ada.hx("status")).toContain("1 person");
    expect(await ada.hx("member", "add", asked.fingerprint.slice(0, 9), "--yes")).toContain("is let in");
    expect(await ada.machine.git(ada.checkout, "ls-remote", "origin", "refs/sessions/v1/join/*")).toBe("");

    const after = await ben.json("join", "--yes", "--no-hooks");
    expect(after).toMatchObject({ state: "member", person: asked.person });
    await ben.hx("sync");
    expect((await list(ben.machine, ben.checkout)).map(({ state, title }) => [state, title])).toEqual([["pushed", "before anybody let me in"]]);
    await ada.hx("sync");
    await ada.hx("verify");
    const people = (await ben.json<Pending>("member", "list")).people;
    expect(people.map(({ name, administrator, fingerprint }) => [name !== undefined, administrator, fingerprint])).toEqual([[true, true, undefined], [true, false, asked.fingerprint]]);
    expect(await ada.json("member", "add", asked.fingerprint, "--yes").catch((error: unknown) => String(error))).toContain("no request to join");
  });
});

describe("what an administrator is shown, and refuses", () => {
  let remote: string;
  let ada: Seat;
  let ben: Seat;
  beforeAll(async () => {
    remote = await world.remote();
    ada = await founder(world, remote, "ada-odd");
    ben = await member(world, remote, ada, "Ben Okri");
  });

  it("an e-mail that is taken, a name that looks like another, a substituted key, two claims, a damaged card", async () => {
    const take = async (name: string, email: string): Promise<string> => (await join(world, await newcomer(world, remote, `${name}-${email}`.replace(/[^a-z]/gi, "")), name, email)).fingerprint;
    const email = await take("Cyd Marr", " BEN OKRI@example.com".trim());
    const alike = await take("Ben 0kri", "other@example.com");
    const substituted = await take("Ben Okri", "Ben Okri@example.com");
    const [one, two] = [await take("Eve Ng", "eve@example.com"), await take("Eva Ng", "EVE@example.com")];
    await ben.machine.git(ben.checkout, "push", "-q", "origin", `HEAD:refs/sessions/v1/join/${"d".repeat(32)}`);
    const { pending } = await ada.json<Pending>("member", "list", "--pending");
    const codes = (fingerprint: string | undefined): readonly string[] | undefined => pending.find((card) => card.fingerprint === fingerprint)?.odd.map(({ code }) => code);
    expect([email, alike, substituted, one, two, undefined].map(codes)).toEqual([["email-taken", "claimed-twice"], ["look-alike", "claimed-twice"], ["substituted-key", "claimed-twice"], ["claimed-twice"], ["claimed-twice"], ["damaged"]]);
    for (const fingerprint of [email, alike, substituted]) {
      const refused = await ada.try("member", "add", fingerprint, "--yes");
      expect([refused.code, refused.stderr]).toEqual([14, expect.stringContaining("cannot be let in")]);
    }
    const both = await ada.try("member", "add", one, two, "--yes");
    expect([both.code, both.stderr]).toEqual([14, expect.stringContaining("cannot be let in")]);
    expect((await ada.json<Pending>("member", "list")).people).toHaveLength(2);
    await ada.hx("member", "add", one, "--yes");
    expect((await ada.try("member", "add", two, "--yes")).code).toBe(14);
  });

  it("agrees to nothing without a fingerprint, and needs a terminal to ask", async () => {
    const hal = await join(world, await newcomer(world, remote, "hal-yes"), "Hal");
    for (const args of [["--pending"], ["Hal"], [hal.person]]) {
      const refused = await ada.try("member", "add", ...args, "--yes");
      expect([refused.code, refused.stderr]).toEqual([14, expect.stringContaining("named by fingerprint")]);
    }
    expect((await ada.try("member", "add", "--pending")).code).toBe(2);
    expect((await ada.try("member", "add", "Hal")).code).toBe(2);
    expect((await ada.try("member", "add")).code).toBe(2);
    expect((await ada.try("member", "add", "ffffffff00", "--yes")).code).toBe(1);
  });

  it("somebody who is no administrator lets nobody in", async () => {
    const ivy = await join(world, await newcomer(world, remote, "ivy-no"), "Ivy");
    const refused = await ben.try("member", "add", ivy.fingerprint, "--yes");
    expect([refused.code, refused.stderr]).toEqual([14, expect.stringContaining("only an administrator")]);
    expect((await ben.try("member", "role", "Ben Okri", "administrator", "--yes")).code).toBe(14);
    expect((await ada.try("member", "remove", "Ada", "--yes")).stderr).not.toContain("is removed");
  });

  it("takes a card from a file of somebody who cannot push", async () => {
    const joe = await newcomer(world, remote, "joe-file");
    const file = world.path("joe.card");
    const asked = await joe.json<{ readonly fingerprint: string; readonly person: string }>(...joinArgs(world, "Joe file"), "--out", file);
    expect(await ada.machine.git(ada.checkout, "ls-remote", "origin", `refs/sessions/v1/join/${asked.person}`)).toBe("");
    expect((await ada.try("member", "add", file, "--yes")).code).toBe(14);
    await ada.hx("member", "add", file, asked.fingerprint, "--yes");
    expect(await joe.json("join", "--yes", "--no-hooks")).toMatchObject({ state: "member" });
  });

  it("an invitation is held against the workspace before anything is made", async () => {
    const { workspace } = await ada.json<{ readonly workspace: { readonly id: string } }>("status");
    const kim = await newcomer(world, remote, "kim-inv");
    const args = joinArgs(world, "Kim inv");
    expect((await kim.try(...args, "--invitation", workspace.id.slice(0, 15))).code).toBe(2);
    const wrong = await kim.try(...args, "--invitation", "0123456789abcdef");
    expect([wrong.code, wrong.stderr]).toEqual([14, expect.stringContaining("you were invited to")]);
    expect(JSON.parse(await kim.hx("identity", "show", "--json"))).toMatchObject({ present: false });
    expect(await kim.json(...args, "--invitation", workspace.id.slice(0, 16))).toMatchObject({ state: "asked", workspace: workspace.id });
  });
});

describe("two administrators at once", () => {
  it("lose nobody", async () => {
    const remote = await world.remote();
    const ada = await founder(world, remote, "ada-two");
    const ben = await member(world, remote, ada, "Ben");
    await ada.hx("member", "role", "Ben", "administrator", "--yes");
    const asked = await Promise.all(["Cyd", "Dan", "Eli"].map(async (name) => join(world, await newcomer(world, remote, `${name}-two`), name)));
    const [cyd, dan, eli] = asked.map(({ fingerprint }) => fingerprint);
    await Promise.all([ada.hx("member", "add", cyd ?? "", eli ?? "", "--yes"), ben.hx("member", "add", dan ?? "", eli ?? "", "--yes")]);
    await ada.hx("sync");
    const { people } = await ada.json<Pending>("member", "list");
    expect(people.map(({ name }) => name).toSorted().slice(0, 5)).toEqual(expect.arrayContaining(["Ben", "Cyd", "Dan", "Eli"]));
    expect(people).toHaveLength(5);
  });
});
