import { rm } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connectionYaml } from "../../src/adapters/connection/yaml.ts";
import { newProjectId, newRepository } from "../../src/app/workspace/found.ts";
import { projectBody, signStatement } from "../../src/app/workspace/compose.ts";
import { writeStatements } from "../../src/app/workspace/append.ts";
import { readChain } from "../../src/app/workspace/chain.ts";
import { toHex } from "../../src/domain/bytes.ts";
import type { Connection } from "../../src/domain/connection.ts";
import type { Oid } from "../../src/domain/ids.ts";
import { certificateMessage } from "../../src/format/header.ts";
import { parseCommit } from "../../src/format/commit.ts";
import { ROOT_REF } from "../../src/format/paths.ts";
import { joinEnvelope } from "../../src/app/workspace/join.ts";
import { writeJoin } from "../../src/app/workspace/join-ref.ts";
import { replaceKeys, type Change } from "../attacks/keys-forge.ts";
import { aPart, aSession, pathsOf, writeFiles, type Forge, type Tamper } from "../attacks/lane-builder.ts";
import { NOW } from "../attacks/scene.ts";
import { makePerson } from "../workspace/people.ts";
import { putGuard } from "./guarded.ts";
import { keysOf, laneOf, makeStage, refsAt, type Attacker, type Stage } from "./stage.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await makeStage();
}, 120_000);
afterAll(() => stage.close());

type Play = (by: Attacker) => Promise<unknown>;
/** What somebody writes, the class of it at the server, and in CI; null: CI without segments, or a reader, cannot tell. */
type Row = readonly [name: string, play: Play, server: string, ci: string | null];

const tampered = (tamper: (forge: Forge) => Tamper): Play => (by) => by.forge.push(tamper(by.forge));
const keys = (change: (by: Attacker) => Change): Play => (by) => replaceKeys(by.forge, change(by));
const parent = async ({ forge }: Attacker, of: Oid = forge.head): Promise<Oid> => parseCommit(await forge.store.readCommit(of)).parents[0] ?? of;
const connection = (change: (connection: Connection) => Connection): Play => (by) => by.connect(connectionYaml.print(change(stage.connection)));
const firstWrap = (files: ReadonlyMap<string, Uint8Array>): string => [...files.keys()].filter((path) => path.startsWith("w/")).sort()[0] ?? "";
const text = async (by: Attacker, commit: Oid): Promise<string> => Buffer.from(await by.store.readCommit(commit)).toString();

/** The statement comes from somebody whom the workspace does not know. */
const withoutRight: Play = async (by) => {
  const { scene } = stage.theatre;
  const chain = await readChain(by.store, (await by.store.read(ROOT_REF)) ?? by.forge.head, NOW);
  const stranger = makePerson(scene.crypto);
  const statement = signStatement(scene.crypto, stranger.acting, scene.founded.state, { type: "disconnect", repo: scene.repo });
  await by.move(ROOT_REF, await writeStatements(by.store, chain, [statement], NOW));
};

const lanes: readonly Row[] = [
  ["rolled back", async (by) => by.move(laneOf(by), await parent(by)), "lane-rollback", "lane-rollback"],
  ["deleted", (by) => by.move(laneOf(by), null), "lane-deleted", "lane-deleted"],
  ["deleted with its keys", async (by) => [await by.move(laneOf(by), null), await by.move(keysOf(by), null)], "lane-deleted", "lane-deleted"],
  ["forked", async (by) => by.forge.push({ after: await parent(by) }), "lane-fork", "lane-fork"],
  ["forked, and longer", async (by) => by.forge.push({ after: await by.forge.commit({ after: await parent(by) }) }), "lane-fork", "lane-fork"],
  ["rewritten with the same headers", async (by) => by.move(laneOf(by), by.forge.object("commit", (await text(by, by.forge.head)).replaceAll(/> (\d+) \+/g, (_all, day: string) => `> ${Number(day) + 86_400} +`))), "lane-rewritten", null],
  ["moved to another lane", (by) => by.move(laneOf(by), stage.theatre.bobHead), "lane-grafted", "lane-grafted"],
  ["grafted under another name", (by) => by.move(`refs/sessions/v1/lane/${"b".repeat(26)}`, by.forge.head), "lane-grafted", "lane-grafted"],
  ["not signed", tampered(() => ({ envelope: (bytes) => bytes.fill(0, bytes.length - 64) })), "lane-unsigned", "lane-unsigned"],
  ["signed by another lane", tampered(() => ({ seed: stage.theatre.bob.seed })), "lane-unsigned", "lane-unsigned"],
  ["not certified", tampered(({ lane, scene }) => ({ header: (honest) => ({ ...honest, certificate: { epoch: 0, signature: scene.crypto.signer.sign(lane.seed, certificateMessage(scene.workspace, scene.repo, lane.publicKey, lane.eraser)) } }) })), "lane-uncertified", "lane-uncertified"],
  ["with a file outside the grammar", tampered(() => ({ files: new Map([["evil", new Uint8Array(3)]]) })), "lane-invalid", "lane-invalid"],
  ["with an executable", tampered((forge) => ({ tree: async (tree) => forge.tree([...(await forge.store.readTree(tree)).map((entry) => [entry.mode, entry.name, entry.oid] as const), ["100755", "z", forge.object("blob", "x")]]) })), "lane-invalid", "lane-invalid"],
  ["with a tree that git would not take", tampered((forge) => ({ tree: async (tree) => forge.tree([...(await forge.store.readTree(tree)).map((entry) => [entry.mode, entry.name, entry.oid] as const)].reverse()) })), "lane-invalid", "object-missing"],
  ["with an item of another length", tampered(() => ({ files: new Map([[`x/ab/${"ab".repeat(16)}`, new Uint8Array(9)]]) })), "lane-invalid", "lane-invalid"],
  ["without a session that it had", (by) => removed(by), "lane-invalid", "lane-invalid"],
  ["with another state", tampered(() => ({ header: (honest) => ({ ...honest, state: new Uint8Array(32) }) })), "lane-invalid", "lane-invalid"],
  ["with a lower counter of its keys", tampered(() => ({ header: (honest) => ({ ...honest, keys: honest.keys - 1 }) })), "lane-invalid", "lane-invalid"],
  ["that needs newer keys", tampered(() => ({ header: (honest) => ({ ...honest, keys: honest.keys + 1 }) })), "keys-rollback", "keys-rollback"],
  ["of a later program", tampered(() => ({ header: (honest) => ({ ...honest, level: 2 }) })), "too-new", "too-new"],
  ["behind a statement that is not here", tampered(() => ({ header: (honest) => ({ ...honest, head: { ...honest.head, n: 99 } }) })), "object-missing", "object-missing"],
  ["with an hour", tampered(() => ({ commit: (bytes) => bytes.replaceAll(/> (\d+) /g, (_all, day: string) => `> ${Number(day) + 3600} `) })), "lane-invalid", "lane-invalid"],
  ["with another segment than its part lists", tampered(otherSegment), "segment-invalid", null],
];

/** A session whose segment has one bit changed after it was listed and signed. */
function otherSegment(forge: Forge): Tamper {
  const files = aSession(forge, [aPart(forge.scene, 0, [0])]);
  const [path = ""] = pathsOf(files, "segment");
  const listed = files.get(path) ?? new Uint8Array();
  return { files: new Map([...files, [path, listed.map((byte, i) => (i === 99 ? byte ^ 1 : byte))]]), said: (said) => said.set(path, listed) };
}

const removed = async ({ forge }: Attacker): Promise<Oid> => {
  const files = await forge.files(forge.head);
  const session = (pathsOf(files, "manifest")[0] ?? "").replace(/\/m$/, "/");
  return forge.push({ files: new Map([...files.keys()].filter((path) => path.startsWith(session)).map((path) => [path, null])) });
};

const keysRows: readonly Row[] = [
  ["deleted", (by) => by.move(keysOf(by), null), "keys-deleted", "keys-deleted"],
  ["with a lower counter", keys(() => ({ header: (header) => ({ ...header, counter: header.counter - 2 }) })), "keys-rollback", "keys-rollback"],
  ["with the same counter and another list", keys(() => ({ files: (files) => files.set(`w/ab/${"ab".repeat(16)}`, new Uint8Array(9)), header: (header) => ({ ...header, counter: header.counter - 1 }) })), "keys-rollback", "keys-rollback"],
  ["without a wrap", keys(() => ({ files: (files) => files.delete(firstWrap(files)) })), "wrap-missing", "wrap-missing"],
  ["with other bytes in a wrap", keys(({ forge }) => ({ files: (files) => files.set(firstWrap(files), forge.scene.crypto.random.bytes(1000)) })), "wrap-missing", "wrap-missing"],
  ["that another lane signed", keys(() => ({ seed: stage.theatre.bob.seed })), "keys-unsigned", "keys-unsigned"],
  ["with a file outside the grammar", keys(() => ({ files: (files) => files.set("evil", new Uint8Array(3)) })), "keys-invalid", "keys-invalid"],
  ["with a list that they do not have", keys(() => ({ header: (header) => ({ ...header, list: new Uint8Array(32) }) })), "keys-invalid", "keys-invalid"],
  ["with a history", keys((by) => ({ commit: (bytes) => bytes.replace("author", `parent ${by.forge.head}\nauthor`) })), "keys-invalid", "keys-invalid"],
  ["of no lane", async (by) => by.move(`refs/sessions/v1/keys/${"b".repeat(26)}`, await by.store.read(keysOf(by))), "keys-orphaned", "keys-orphaned"],
];

const chains: readonly Row[] = [
  ["deleted", (by) => by.move(ROOT_REF, null), "chain-deleted", "chain-deleted"],
  ["put anew in other commits", async (by) => by.move(ROOT_REF, by.forge.object("commit", (await text(by, (await by.store.read(ROOT_REF)) ?? by.forge.head)).replaceAll(/> (\d+) \+/g, (_all, day: string) => `> ${Number(day) - 86_400} +`))), "chain-rewritten", null],
  ["shortened", async (by) => by.move(ROOT_REF, await writeStatements(by.store, null, stage.theatre.scene.founded.statements.slice(0, 2), NOW)), "chain-rewritten", "chain-rewritten"],
  ["with a statement without the right", withoutRight, "chain-invalid", "chain-invalid"],
  ["with a commit that changes a statement", (by) => changedStatement(by), "chain-invalid", "chain-invalid"],
  ["with a text that no policy names", (by) => withText(by), "chain-invalid", "chain-invalid"],
  ["that is a lane", (by) => by.move(ROOT_REF, by.forge.head), "chain-rewritten", "chain-invalid"],
];

/** An honest statement, and beside it bytes that nobody signed. */
async function withText(by: Attacker): Promise<void> {
  const { crypto, founded, person } = stage.theatre.scene;
  const chain = await readChain(by.store, (await by.store.read(ROOT_REF)) ?? by.forge.head, NOW);
  const statement = signStatement(crypto, person.acting, founded.state, projectBody(crypto, founded.state, newProjectId(crypto), "shop"));
  const text = new TextEncoder().encode("a text of nobody");
  await by.move(ROOT_REF, await writeStatements(by.store, chain, [statement], NOW, new Map([[toHex(crypto.hashes.h(text)), text]])));
}

const changedStatement = async (by: Attacker): Promise<void> => {
  const tip = (await by.store.read(ROOT_REF)) ?? by.forge.head;
  const files = await by.forge.files(tip);
  const [path = ""] = [...files.keys()];
  const tree = await writeFiles(by.store, files.set(path, new Uint8Array(9)));
  await by.move(ROOT_REF, await by.store.writeCommit({ tree, parents: [tip], day: parseCommit(await by.store.readCommit(tip)).day }));
};

const refs: readonly Row[] = [
  ["of no kind", (by) => by.move("refs/sessions/v1/evil", by.forge.head), "ref-unknown", "ref-unknown"],
  ["of another version", (by) => by.move("refs/sessions/v2/root", by.forge.head), "ref-unknown", "ref-unknown"],
  ["of a custodian's log", (by) => by.move("refs/sessions/v1/log/x", by.forge.head), "ref-unknown", "ref-unknown"],
  ["of a doctor, with more than one file", (by) => by.move(`refs/sessions/v1/probe/${"a".repeat(32)}`, by.forge.head), "probe-invalid", null],
  ["to join, that is no card", (by) => by.move(`refs/sessions/v1/join/${"a".repeat(32)}`, by.forge.head), "card-invalid", "card-invalid"],
  ["to join, under another id", async (by) => by.move(`refs/sessions/v1/join/${"a".repeat(32)}`, await writeJoin(by.store, card(), NOW)), "card-invalid", "card-invalid"],
  ["to join, too long", (by) => longCard(by), "card-invalid", "card-invalid"],
];

function card(): Uint8Array {
  const { crypto, founded } = stage.theatre.scene;
  return joinEnvelope(crypto, makePerson(crypto).acting, founded.state, { name: "Eve" });
}

const longCard = async (by: Attacker): Promise<void> => {
  const tree = await writeFiles(by.store, new Map(Array.from({ length: 17 }, (_, k) => [`j/${k}`, new Uint8Array(k < 16 ? 4000 : 1)])));
  await by.move(`refs/sessions/v1/join/${"a".repeat(32)}`, await by.store.writeCommit({ tree, parents: [], day: 0 }));
};

const connections: readonly Row[] = [
  ["removed", (by) => by.connect(null), "connection-weakened", "connection-weakened"],
  ["with one more remote", connection((file) => ({ ...file, remotes: [...file.remotes, "https://evil.example/x"] })), "connection-weakened", "connection-weakened"],
  ["of another workspace", connection((file) => ({ ...file, workspace: "ab".repeat(32) as Connection["workspace"] })), "connection-weakened", "connection-weakened"],
  ["of another repository", connection((file) => ({ ...file, ...other() })), "connection-weakened", "connection-weakened"],
  ["that is not YAML", (by) => by.connect("a: ]"), "connection-invalid", "connection-invalid"],
  ["of a project that the chain does not know", connection((file) => ({ ...file, paths: new Map([[".", "ab".repeat(16) as never]]) })), "connection-weakened", "connection-weakened"],
];

function other(): Pick<Connection, "repo" | "genesis"> {
  const { crypto, person } = stage.theatre.scene;
  return newRepository(crypto, person.acting.sign);
}

describe.concurrent.each<[string, readonly Row[]]>([["a lane", lanes], ["the keys of a lane", keysRows], ["the workspace chain", chains], ["a ref", refs], ["the connection of the default branch", connections]])("%s", (_what, rows) => {
  it.each(rows)("%s is refused by the server and in CI", async (_name, play, server, ci) => {
    const by = await stage.attacker();
    await play(by);
    const before = await refsAt(stage);
    const { code, stderr } = await by.push();
    expect(stderr).toMatch(new RegExp(`remote: hx guard: refused ${server}: `));
    expect(stderr).toMatch(/remote: {3}mend {2}\S/);
    expect(code).not.toBe(0);
    expect(await refsAt(stage)).toBe(before);
    const judged = await by.ciSince();
    expect(judged.findings.filter(({ severity }) => severity === "refused").map((finding) => finding.code)).toEqual(ci === null ? [] : expect.arrayContaining([ci]));
    expect(judged).toMatchObject({ exit: ci === null ? 0 : 14, ok: ci === null, since: "state" });
    if (ci !== null) expect(judged.stateMoved).toBe(false);
    for (const { hint, message } of judged.findings) expect([hint, message]).toEqual([expect.stringMatching(/^(hx|git|npm) /), expect.stringMatching(/^[^A-Z].*[^.]$/)]);
  });
});

describe.concurrent("what an honest client pushes passes, in both", () => {
  const honest: readonly (readonly [string, Play])[] = [
    ["a commit of a lane", (by) => by.forge.push()],
    ["a session with segments", (by) => by.forge.push({ files: aSession(by.forge, [aPart(by.forge.scene, 0, [0, 1])]) })],
    ["keys that are replaced", keys(() => ({ files: (files) => files.set(`w/ab/${"ab".repeat(16)}`, new Uint8Array(100)) }))],
    ["a lane and the keys that it needs, together", async (by) => [await by.forge.push({ header: (header) => ({ ...header, keys: header.keys + 1 }) }), await replaceKeys(by.forge, {})]],
    ["a statement and a lane that names it, together", (by) => statementAndLane(by)],
    ["a card", (by) => asks(by)],
    ["a tighter connection, with code", connection((file) => ({ ...file, remotes: file.remotes.slice(0, 100) }))],
    ["a connection of fewer directories", connection((file) => ({ ...file, paths: new Map([["src", stage.theatre.scene.founded.project]]) }))],
    ["branches and tags", async (by) => by.git("update-ref", "refs/tags/v1", await by.git("rev-parse", "main"))],
  ];
  it.each(honest)("%s", async (_name, play) => {
    const by = await stage.attacker();
    const hub = await stage.host(`${by.directory}-host`);
    await play(by);
    expect(await by.push(hub)).toMatchObject({ code: 0 });
    expect(await by.ciSince()).toMatchObject({ exit: 0, ok: true, findings: [] });
  });
});

const asks: Play = async (by) => {
  const { crypto, founded } = stage.theatre.scene;
  const eve = makePerson(crypto);
  await by.move(`refs/sessions/v1/join/${eve.id}`, await writeJoin(by.store, joinEnvelope(crypto, eve.acting, founded.state, { name: "Eve" }), NOW));
};

const statementAndLane: Play = async (by) => {
  const { crypto, founded, person } = stage.theatre.scene;
  const chain = await readChain(by.store, (await by.store.read(ROOT_REF)) ?? by.forge.head, NOW);
  const statement = signStatement(crypto, person.acting, founded.state, projectBody(crypto, founded.state, newProjectId(crypto), "shop"));
  await by.move(ROOT_REF, await writeStatements(by.store, chain, [statement], NOW));
  await by.forge.push({ header: (header) => ({ ...header, head: { n: header.head.n + 1, hash: crypto.hashes.h(statement) } }) });
};

it("compressed plaintext that fits the grammar passes: nobody without a key can tell it from ciphertext", async () => {
  const by = await stage.attacker();
  const part = aPart(by.forge.scene, 0, [0]);
  const plain = new TextEncoder().encode("this is what somebody said, in plain words. ".repeat(200));
  const bytes = (part.segments.get(0) ?? new Uint8Array()).map((_, i) => (i === 0 ? 1 : (plain[i] ?? 0)));
  const record = { ...part.record, segments: part.record.segments.map((entry) => ({ ...entry, hash: by.forge.scene.crypto.hashes.h(bytes) })) };
  await by.forge.push({ files: aSession(by.forge, [{ record, segments: new Map([[0, bytes]]) }]) });
  const hub = await stage.host(`${by.directory}-host`);
  expect(await by.push(hub)).toMatchObject({ code: 0 });
  expect(await by.ci()).toMatchObject({ ok: true, since: "nothing", judged: { lanes: 2 } });
});

it("the hook for one ref refuses it too", async () => {
  const by = await stage.attacker();
  const hub = await stage.host(`${by.directory}-host`);
  await rm(`${hub}/hooks/pre-receive`);
  await putGuard(hub, "update");
  await by.move(laneOf(by), await parent(by));
  expect((await by.push(hub)).stderr).toContain("hx guard: refused lane-rollback");
  await by.move(laneOf(by), await by.forge.commit());
  expect(await by.push(hub)).toMatchObject({ code: 0 });
});
