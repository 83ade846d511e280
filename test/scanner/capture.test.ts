import { randomUUID } from "node:crypto";
import { appendFile, mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { openOwnSession, type OpenedSession } from "../../src/app/read/open-session.ts";
import { sessionRecords } from "../../src/app/read/open-session.ts";
import { sessionsOf } from "../../src/app/read/lane-source.ts";
import { viewSession } from "../../src/app/sessions/view-session.ts";
import { redactSession } from "../../src/app/redact/redact-session.ts";
import { sealCopy } from "../../src/app/redact/seal-copy.ts";
import { editTree } from "../../src/app/lane/tree.ts";
import { CaptureScanner } from "../../src/app/scan/session-scan.ts";
import { isScanCurrent, scanSession } from "../../src/app/scan/scan-session.ts";
import type { Oid } from "../../src/domain/ids.ts";
import type { Agent } from "../../src/ports/agent.ts";
import type { Scanner } from "../../src/ports/scanner.ts";
import { agentNamed } from "../../src/wire/agents.ts";
import { identityPorts } from "../../src/wire/identity-ports.ts";
import { openHere } from "../../src/wire/here.ts";
import { openScanner } from "../../src/wire/scanner.ts";
import { readSettings } from "../../src/wire/settings.ts";
import { captureSession, type CaptureOutcome } from "../../src/app/capture/capture-session.ts";
import { publish } from "../../src/app/publish/publish.ts";
import { prompt, quiet, transcriptPath, writeQuiet } from "../journey/claude.ts";
import { write } from "../journey/world.ts";
import { makeDesk, opened as openedAt, type Desk } from "../capture/desk.ts";
import { SECRETS } from "./made-up.ts";

let desk: Desk;
let scanner: Scanner;
beforeAll(async () => {
  desk = await makeDesk();
  const { ledger } = await openedAt(desk.machine, desk.checkout);
  scanner = await openScanner(readSettings(desk.machine.env), ledger.crypto.hashes);
});
afterAll(() => desk.world.close());
afterEach(() => rm(ownFile(), { force: true }));

const ownFile = (): string => join(readSettings(desk.machine.env).configDirectory, "secrets");
const said = (text: string): string => prompt(text, desk.checkout);
const secrets = Object.values(SECRETS);

async function newSession(lines: readonly string[]): Promise<{ readonly id: string; readonly path: string }> {
  const id = randomUUID();
  const path = transcriptPath(desk.machine.home, desk.checkout, id);
  await writeQuiet(path, lines.join(""));
  return { id, path };
}

async function grow(path: string, text: string): Promise<void> {
  await appendFile(path, text);
  await quiet(path);
}

async function scanOf(id: string): Promise<unknown> {
  const [kept] = await desk.kept(id);
  return kept?.facts.scan;
}

describe("a capture", () => {
  const lines = secrets.map(({ text }, i) => ({ text, i }));
  it("seals what the scan found, in steps as in one go", async () => {
    const all = (): string[] => lines.map(({ text, i }) => said(`number ${i}: ${text} end`));
    const steps = all();
    const grown = await newSession(steps.slice(0, 3));
    await desk.capture(grown.id);
    for (const [from, to] of [[3, 4], [4, 11], [11, steps.length]] as const) {
      await grow(grown.path, steps.slice(from, to).join(""));
      await desk.capture(grown.id);
    }
    const whole = await newSession(steps);
    await desk.capture(whole.id);
    const digest = { rules: Buffer.from(scanner.rules).toString("hex"), found: secrets.length, bytes: Buffer.byteLength(steps.join("")) };
    expect(await scanOf(grown.id)).toEqual(digest);
    expect(await scanOf(whole.id)).toEqual(digest);
  });
  it("has no digest once the rules are others, and one again in a new session", async () => {
    const { id, path } = await newSession([said("one")]);
    await desk.capture(id);
    await write(ownFile(), "internal-\\d{4}\n");
    await grow(path, said("see internal-1234"));
    await desk.capture(id);
    expect(await scanOf(id)).toBeUndefined();
    await rm(ownFile());
    await grow(path, said("three"));
    await desk.capture(id);
    expect(await scanOf(id)).toBeUndefined();
    await write(ownFile(), "internal-\\d{4}\n");
    const fresh = await newSession([said("see internal-1234")]);
    await desk.capture(fresh.id);
    expect(await scanOf(fresh.id)).toMatchObject({ found: 1 });
  });
  it("is not kept back by a pattern that is none, or takes too long", async () => {
    for (const pattern of ["(", "(x+x+)+y"]) {
      await write(ownFile(), `${pattern}\n`);
      const { id } = await newSession([said("x".repeat(200))]);
      expect(await desk.capture(id)).toMatchObject({ kind: "captured" });
      expect(await scanOf(id)).toBeUndefined();
    }
  });
  it("does not scan what ran outside", async () => {
    const outside = desk.world.path("outside");
    await mkdir(outside, { recursive: true });
    const { id } = await newSession([said("inside"), prompt(`secret ${secrets[0]?.text}`, outside)]);
    await desk.capture(id);
    expect(await scanOf(id)).toMatchObject({ found: 0, bytes: Buffer.byteLength(said("inside")) });
  });
  it("goes without a digest when a last line was taken without its end, or when there is too much to scan", async () => {
    const { id, path } = await newSession([said("whole"), said(`torn ${secrets[0]?.text}`).trimEnd()]);
    await desk.capture(id, { quietMs: 0 });
    expect(await scanOf(id)).toBeUndefined();
    expect(path).toContain(id);
    const much = await newSession([said("x".repeat(2000))]);
    expect((await captureWith(much.id, new CaptureScanner(async () => scanner, 1000))).kind).toBe("captured");
    expect(await scanOf(much.id)).toBeUndefined();
  });
  it("loads the rules only when there are new bytes", async () => {
    const { id, path } = await newSession([said("one")]);
    let loads = 0;
    const lazy = (): CaptureScanner => new CaptureScanner(async () => (loads++, scanner));
    await captureWith(id, lazy());
    expect(loads).toBe(1);
    await quiet(path);
    await captureWith(id, lazy());
    expect(loads).toBe(1);
  });
});

describe("a session of one's own", () => {
  const hidden = SECRETS["rsa"]?.secret ?? "";
  const token = SECRETS["github"]?.secret ?? "";
  const password = SECRETS["password"]?.secret ?? "";
  const texts = [`deploy with ${token}`, `the key is\n${hidden}\nkeep it`, `"password": "${password}"`, `that was ${password} again`];

  it("is scanned anew, masked, by turn, and the copy shows no secret in any form", async () => {
    const { ledger, opened, agent } = await open(texts.map((text) => said(text)));
    const scanned = await scanSession(ledger, agent, scanner, opened);
    expect(scanned.digest).toMatchObject({ found: 3, bytes: opened.facts.bytes });
    expect(isScanCurrent({ scan: scanned.digest, ...opened.facts }, scanner)).toBe(true);
    expect(scanned.findings.map(({ rule, turn, count }) => [rule, turn, count])).toEqual([["github", 0, 1], ["privatekey", 1, 1], ["high-entropy", 2, 1]]);
    for (const { masked } of scanned.findings) for (const secret of [hidden, token, password]) expect(masked).not.toContain(secret.slice(0, 9));
    const redacted = await redactSession(sessionRecords(ledger, opened), opened.facts, { agent, scanner, secrets: scanned.secrets });
    expect(redacted.replaced).toBe(4);
    expect(redacted.facts.title).toBe("deploy with [redacted:github]");
    const { view, opened: copy } = await sealed(opened, redacted);
    expect(view.damaged).toBe(0);
    expect(view.turns.map((turn) => turn.prompt)).toEqual(["deploy with [redacted:github]", "the key is\n[redacted:privatekey]\nkeep it", '"password": "[redacted:high-entropy]"', "that was [redacted:high-entropy] again"]);
    expect(copy.parts.manifest.kind).toBe("redacted");
    expect(copy.session).not.toBe(opened.session);
    expect(copy.facts).toMatchObject({ source: opened.session, agent: "claude-code", turns: 4, scan: { found: 0, bytes: redacted.files.reduce((sum, { bytes }) => sum + bytes.length, 0) } });
    expect(isScanCurrent(copy.facts, scanner)).toBe(true);
    const one = Buffer.concat(redacted.files.map(({ bytes }) => bytes));
    for (const secret of [hidden, token, password]) for (const form of forms(secret)) expect(one.includes(form)).toBe(false);
    for (const [n, key] of copy.keys) expect(Buffer.compare(Buffer.from(key), Buffer.from(opened.keys.get(n) ?? []))).not.toBe(0);
  });

  it("is cut to chosen turns, with a map, and its title tells of no other", async () => {
    const { ledger, opened, agent } = await open(["first apple", "second banana", "third cherry"].map((text) => said(text)));
    const redacted = await redactSession(sessionRecords(ledger, opened), opened.facts, { agent, scanner, secrets: [], turns: new Set([1, 2]) });
    expect(redacted.map).toEqual([[1, 2], [2, 3]]);
    expect(Buffer.concat(redacted.files.map(({ bytes }) => bytes)).includes("apple")).toBe(false);
    expect(JSON.stringify(redacted.facts)).not.toContain("apple");
    const { view, opened: copy } = await sealed(opened, redacted);
    expect(view.turns.map((turn) => turn.prompt)).toEqual(["second banana", "third cherry"]);
    expect(copy.facts).toMatchObject({ title: "second banana", turns: 2, map: [[1, 2], [2, 3]] });
    await expect(redactSession(sessionRecords(ledger, opened), opened.facts, { agent, scanner, secrets: [], turns: new Set([9]) })).rejects.toMatchObject({ code: "refused" });
  });
});

function forms(secret: string): string[] {
  const once = JSON.stringify(secret).slice(1, -1);
  return [secret, once, JSON.stringify(once).slice(1, -1)];
}

async function captureWith(id: string, lazy: CaptureScanner): Promise<CaptureOutcome> {
  const { ledger, boundary } = await openedAt(desk.machine, desk.checkout);
  const agent = await agentOf();
  const source = await agent.find(id);
  if (source === null) throw new Error("no session");
  return captureSession({ ...ledger, scanner: lazy }, agent, source, boundary, { waitMs: 1000, quietMs: 0 });
}

async function agentOf(): Promise<Agent> {
  const agent = await agentNamed(readSettings(desk.machine.env), "claude-code");
  if (agent === null) throw new Error("no adapter");
  return agent;
}

interface Open {
  readonly ledger: Awaited<ReturnType<typeof openedAt>>["ledger"];
  readonly opened: OpenedSession;
  readonly agent: Agent;
}

async function open(lines: readonly string[]): Promise<Open> {
  const { id } = await newSession(lines);
  await desk.capture(id);
  const { ledger } = await openedAt(desk.machine, desk.checkout);
  const { author, mine, state } = await here();
  await publish(ledger, { state, waitMs: 1000 });
  for (const source of await mine()) {
    for (const session of await sessionsOf(source)) {
      const opened = await openOwnSession(ledger, author, source, session);
      if (opened.facts.id === id) return { ledger, opened, agent: await agentOf() };
    }
  }
  throw new Error("not published");
}

async function here() {
  const settings = readSettings(desk.machine.env);
  const opened = await openHere(settings, desk.checkout, () => identityPorts(settings, { ask: async () => null }), "must");
  const { author } = opened;
  if (author === null) throw new Error("no identity");
  return { author, mine: () => opened.mine(), state: opened.state.chain.state };
}

/** Puts a copy into a lane's tree as a publication does, and opens it as its author. */
async function sealed(original: OpenedSession, redacted: Awaited<ReturnType<typeof redactSession>>) {
  const { ledger } = await openedAt(desk.machine, desk.checkout);
  const { author } = await here();
  const copy = await sealCopy(ledger, original.session, redacted, scanner);
  const { store } = ledger.repository;
  const treeOf = async (files: ReadonlyMap<string, Uint8Array>): Promise<Oid> => {
    const oids = new Map<string, Oid>();
    for (const [path, bytes] of files) oids.set(path, await store.writeBlob(bytes));
    const tree = await editTree(store, null, oids);
    if (tree === null) throw new Error("empty");
    return tree;
  };
  const source = { ...original.source, store, publicKey: ledger.lane.publicKey, tree: await treeOf(copy.sessions), keys: await treeOf(copy.wraps) };
  const opened = await openOwnSession(ledger, author, source, copy.session);
  expect(copy.partKeys).toEqual([...opened.keys.values()]);
  expect(Buffer.from(copy.partsHash)).toEqual(Buffer.from(opened.parts.manifest.parts.hash));
  return { ...(await viewSession(ledger, await agentOf(), opened)), opened };
}

it("a file of one's own patterns that is unreadable as text is named", async () => {
  await write(ownFile(), "ok\n[");
  const { ledger } = await openedAt(desk.machine, desk.checkout);
  await expect(openScanner(readSettings(desk.machine.env), ledger.crypto.hashes)).rejects.toMatchObject({ code: "usage", data: { line: 2 } });
  expect((await readFile(ownFile())).length).toBe(4);
});
