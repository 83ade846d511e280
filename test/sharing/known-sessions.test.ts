import { randomUUID } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Ledger } from "../../src/app/ledger.ts";
import { sharedSession } from "../../src/app/sharing/approve.ts";
import { knownSessions, noteOwnSessions } from "../../src/app/sharing/known-sessions.ts";
import { openOwnSessions, type OwnSession } from "../../src/app/sharing/open-sessions.ts";
import { Catalog } from "../../src/app/sessions/catalog.ts";
import { makeDesk, type Desk } from "../capture/desk.ts";
import { capturedWith, publishedOwn } from "./own-sessions.ts";

let desk: Desk;
let ledger: Ledger;
let own: readonly OwnSession[];
const ids = Array.from({ length: 3 }, () => randomUUID());

beforeAll(async () => {
  desk = await makeDesk("claude-code", "in-process");
  for (const id of ids) await capturedWith(desk, id, `session ${id}`);
  ({ ledger, own } = await publishedOwn(desk));
});
afterAll(() => desk.world.close());

function first(): OwnSession {
  const [one] = own;
  if (one === undefined) throw new Error("no sessions");
  return one;
}
const note = (): string => join(desk.checkout, ".git", "hx", "catalog");

/** Of an author whose wraps open nothing: what is known then was noted. */
const keyless = (sessions: readonly OwnSession[]): readonly OwnSession[] => sessions.map((one) => ({ ...one, source: { ...one.source, keys: null } }));

describe("what is noted of own sessions", () => {
  it("is what opening them tells, and then no wrap is opened", async () => {
    await expect(knownSessions(ledger, first().author.person, keyless(own))).rejects.toMatchObject({ code: "no-key" });
    const told = (await openOwnSessions(ledger, own)).map(({ opened: session }) => ({ facts: session.facts, shared: sharedSession(session) }));
    const known = await knownSessions(ledger, first().author.person, own);
    expect(known.map(({ facts, shared }) => ({ facts, shared }))).toEqual(told);
    const again = await knownSessions(ledger, first().author.person, keyless(own));
    expect(again.map(({ facts, shared }) => ({ facts, shared }))).toEqual(told);
  });

  it("does not lie in the clone in the clear, and what was changed there is passed over", async () => {
    const bytes = await readFile(note());
    for (const id of ids) expect(bytes.includes(id)).toBe(false);
    const changed = Uint8Array.from(bytes);
    changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1;
    await writeFile(note(), changed);
    await expect(knownSessions(ledger, first().author.person, keyless(own))).rejects.toMatchObject({ code: "no-key" });
    await writeFile(note(), bytes);
    expect(await knownSessions(ledger, first().author.person, keyless(own))).toHaveLength(3);
  });

  it("is kept of nobody but the person: a predecessor's sessions are opened each time", async () => {
    await expect(knownSessions(ledger, "00".repeat(16) as typeof own[number]["author"]["person"], keyless(own))).rejects.toMatchObject({ code: "no-key" });
  });

  it("does not open with a seed that was given up", async () => {
    const renewed = { ...first().author, keys: [...first().author.keys, { epoch: 7, seed: new Uint8Array(32).fill(7) }] };
    expect(await new Catalog(ledger, renewed).handedOn(first().source, first().session)).toBeNull();
    expect(await new Catalog(ledger, first().author).handedOn(first().source, first().session)).not.toBeNull();
  });

  it("is noted by a look at all, and forgotten of what is not among them any more", async () => {
    const [gone, ...rest] = own;
    if (gone === undefined) throw new Error("no sessions");
    await noteOwnSessions(ledger, first().author, rest);
    const catalog = new Catalog(ledger, first().author);
    expect(await catalog.handedOn(gone.source, gone.session)).toBeNull();
    expect(await knownSessions(ledger, first().author.person, keyless(rest))).toHaveLength(2);
    await noteOwnSessions(ledger, first().author, own);
    expect(await knownSessions(ledger, first().author.person, keyless(own))).toHaveLength(3);
  });

  it("of a session that has grown is not what was noted before", async () => {
    const before = await knownSessions(ledger, first().author.person, own);
    const [id = ""] = ids;
    await capturedWith(desk, id, `session ${id}`, "and more");
    ({ ledger, own } = await publishedOwn(desk));
    const after = await knownSessions(ledger, first().author.person, own);
    const grown = after.filter(({ session, shared }) => shared.keys.length > (before.find((one) => one.session === session)?.shared.keys.length ?? 0));
    expect(grown.map(({ facts }) => facts.id)).toEqual([id]);
    expect(grown[0]?.shared.last).not.toEqual(before.find(({ session }) => session === grown[0]?.session)?.shared.last);
  });

  it("what does not open keeps back no other", async () => {
    await writeFile(note(), "");
    const [one, ...rest] = own;
    if (one === undefined) throw new Error("no sessions");
    await noteOwnSessions(ledger, first().author, [...keyless([one]), ...rest]);
    expect(await knownSessions(ledger, first().author.person, keyless(rest))).toHaveLength(2);
  });
});
