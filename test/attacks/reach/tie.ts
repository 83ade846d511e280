import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { fromHex, toHex } from "../../../src/domain/bytes.ts";
import type { Person } from "../../../src/domain/workspace/state.ts";
import { isCborMap, type CborMap, type CborValue } from "../../../src/format/cbor.ts";
import { decodeLaneKey } from "../../../src/format/lane-key.ts";
import { laneIdBytes, laneIdOf } from "../../../src/format/ids.ts";
import { speaking } from "../../support/workspace-people.ts";
import { PEOPLE, type Company, type Name } from "./company.ts";
import { cborOrNull, chainIn } from "./haul.ts";
import type { Reached } from "./reach.ts";

/** Whose lanes each one may know: their own, and those of whoever approved something for a team while they were in it. */
const MAY_KNOW: Readonly<Record<Name, readonly Name[]>> = {
  Ada: ["Ada"],
  Ben: ["Ada", "Ben", "Fay"],
  Cyd: ["Cyd"],
  Dan: ["Ada", "Dan"],
  Eve: ["Ada", "Ben", "Eve", "Fay"],
  Fay: ["Ada", "Ben", "Fay"],
};

interface Lane {
  readonly id: Uint8Array;
  readonly key: Uint8Array;
  readonly person: string;
}

/** Tests of what says whose lane is whose, on a company that is there already. */
export function tieTests(company: () => Company, reached: (name: Name) => Reached): void {
  it.each(PEOPLE)("no key that %s reaches opens what says whose lane it is, but what was shown to them", async (name) => {
    const lanes = await lanesOf(company());
    const known = new Set(linksIn([...reached(name).items.values()]));
    const expected = lanes.filter(([whose]) => MAY_KNOW[name].includes(whose)).map(([, { key, person }]) => `${toHex(key)} ${person}`);
    expect([...known].toSorted()).toEqual(expected.toSorted());
  });

  it("finds nothing that is somebody's in what lanes and their keys show to everybody", async () => {
    const needles = await marksOfPeople(company());
    const shown = await besidesTheChain(company());
    expect(needles.length).toBe(PEOPLE.length * 7);
    expect(shown.length).toBeGreaterThan(200);
    expect(found(needles, shown)).toEqual([]);
    for (const [what, bytes] of needles) {
      for (const form of [bytes, Buffer.from(toHex(bytes)), Buffer.from(Buffer.from(bytes).toString("base64"))]) expect(found(needles, [Buffer.concat([Buffer.from("before "), form, Buffer.from(" after")])])).toContain(what);
    }
  });

  it("the workspace chain names lanes only in removals, and there those of all", async () => {
    const { mirrors } = company();
    const lanes = (await lanesOf(company())).map(([, lane]) => lane);
    const naming = chainIn(mirrors.disk).flatMap((statement) => {
      const named = lanes.filter(({ id, key }) => [id, key].some((mark) => holds(statement, mark)));
      return named.length === 0 ? [] : [{ type: typeOf(statement), lanes: named.length }];
    });
    expect(new Set(naming.map(({ type }) => type))).toEqual(new Set(["removal"]));
    expect(Math.max(...naming.map(({ lanes: count }) => count))).toBe(lanes.length);
  });
}

/** Of each person the lanes that they write, out of their own directories. */
async function lanesOf({ world, people }: Company): Promise<readonly (readonly [Name, Lane])[]> {
  const { ledger } = await speaking(people.Cyd);
  const each = PEOPLE.map(async (name) => {
    const directory = world.path("machines", name.toLowerCase(), "config", "lanes");
    const files = (await readdir(directory, { recursive: true })).filter((path) => path.endsWith(".key"));
    const keys = await Promise.all(files.map(async (path) => decodeLaneKey(Uint8Array.from(await readFile(join(directory, path))))));
    return keys.map(({ lane, person }) => [name, { id: laneIdBytes(laneIdOf(ledger.crypto.hashes, lane)), key: lane, person }] as const);
  });
  const lanes = (await Promise.all(each)).flat();
  expect(new Set(lanes.map(([name]) => name)).size).toBe(PEOPLE.length);
  return lanes;
}

/** Every map, however deep in an item, that names a lane and a person: ties, and the statements that lie in a lane. */
function linksIn(bodies: readonly CborMap[]): string[] {
  const pieces = new Map<string, Map<number, Uint8Array>>();
  for (const body of bodies) {
    const [of, i, piece] = [body.get("of"), body.get("i"), body.get("b")];
    if (!(of instanceof Uint8Array) || typeof i !== "number" || !(piece instanceof Uint8Array)) continue;
    pieces.set(toHex(of), (pieces.get(toHex(of)) ?? new Map<number, Uint8Array>()).set(i, piece));
  }
  const whole = [...pieces.values()].map((some) => Uint8Array.from(Buffer.concat([...some].toSorted(([a], [b]) => a - b).map(([, piece]) => piece))));
  return [...bodies, ...whole].flatMap((value) => links(value));
}

function links(value: CborValue): string[] {
  if (value instanceof Uint8Array) {
    const inner = value.length > 2 ? cborOrNull(value) : null;
    return inner === null || typeof inner === "number" ? [] : links(inner);
  }
  if (Array.isArray(value)) return (value as readonly CborValue[]).flatMap(links);
  if (!isCborMap(value)) return [];
  const [lane, person] = [value.get("lane"), value.get("person")];
  const here = lane instanceof Uint8Array && lane.length === 32 && person instanceof Uint8Array ? [`${toHex(lane)} ${toHex(person)}`] : [];
  return [...here, ...[...value.values()].flatMap(links)];
}

/** Ids and public keys of all people and devices of the workspace, named; of long keys their beginning. */
async function marksOfPeople({ people }: Company): Promise<readonly (readonly [string, Uint8Array])[]> {
  const { state } = (await speaking(people.Cyd)).state.chain;
  const ofPerson = (person: Person): (readonly [string, Uint8Array])[] => [
    ["id", fromHex(person.id)],
    ["signing key", person.sign],
    ["recovery key", person.recovery.subarray(0, 32)],
    ...person.keys.map(({ epoch, key }) => [`person key ${epoch}`, key.subarray(0, 32)] as const),
  ];
  const devices = [...state.devices.values()].flatMap(({ id, person, sign, box }) => [["device id", fromHex(id)], ["device signing key", sign], ["device box key", box.subarray(0, 32)]].map(([what, mark]) => [`${person}: ${String(what)} of ${id}`, mark as Uint8Array] as const));
  return [...[...state.persons.values()].flatMap((person) => ofPerson(person).map(([what, mark]) => [`${person.id}: ${what}`, mark] as const)), ...devices];
}

/** Every object that the host ever had, but the code and the workspace chain. */
async function besidesTheChain({ world, mirrors }: Company): Promise<readonly Uint8Array[]> {
  const listed = await world.sandbox.git(world.path("mirrors", "disk.git"), "rev-list", "--objects", "--branches", "refs/sessions/v1/root");
  const chain = new Set(listed.split("\n").map((line) => line.split(" ")[0]));
  return [...mirrors.disk].flatMap(([oid, { bytes }]) => (chain.has(oid) ? [] : [bytes]));
}

function found(needles: readonly (readonly [string, Uint8Array])[], where: readonly Uint8Array[]): readonly string[] {
  const texts = where.map((bytes) => Buffer.from(bytes).toString("latin1"));
  return needles.flatMap(([what, mark]) => {
    const bytes = Buffer.from(mark);
    const forms = [bytes.toString("latin1"), bytes.toString("hex"), bytes.toString("base64").replace(/=+$/, "").slice(0, -1)];
    return forms.some((form) => texts.some((text) => text.includes(form))) ? [what] : [];
  });
}

function holds(bytes: Uint8Array, mark: Uint8Array): boolean {
  return Buffer.from(bytes).includes(Buffer.from(mark));
}

function typeOf(statement: Uint8Array): string {
  const envelope = cborOrNull(statement);
  const payload = Array.isArray(envelope) ? cborOrNull(envelope[1] as Uint8Array) : null;
  const type = isCborMap(payload) ? payload.get("type") : null;
  return typeof type === "string" ? type : "?";
}
