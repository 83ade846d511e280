import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { entryAt } from "../../src/app/lane/tree.ts";
import { NO_ADDITIONS } from "../../src/app/publish/additions.ts";
import { publish } from "../../src/app/publish/publish.ts";
import { redactSession, type RedactedSession } from "../../src/app/redact/redact-session.ts";
import { sealCopy, type SealedCopy } from "../../src/app/redact/seal-copy.ts";
import type { Author } from "../../src/app/read/author-keys.ts";
import { sessionsOf } from "../../src/app/read/lane-source.ts";
import { openOwnSession, sessionRecords, type OpenedSession } from "../../src/app/read/open-session.ts";
import { scanSession } from "../../src/app/scan/scan-session.ts";
import { authorWrapId, commitment, nextChainKey, partKey } from "../../src/format/part-keys.ts";
import { wrapPath } from "../../src/format/paths.ts";
import { authorContext } from "../../src/format/wrap.ts";
import type { WritableLedger } from "../../src/app/ledger.ts";
import type { Scanner } from "../../src/ports/scanner.ts";
import { agentNamed } from "../../src/wire/agents.ts";
import { openHere } from "../../src/wire/here.ts";
import { identityPorts } from "../../src/wire/identity-ports.ts";
import { openScanner } from "../../src/wire/scanner.ts";
import { readSettings } from "../../src/wire/settings.ts";
import { makeDesk, opened as openedAt, type Desk } from "../capture/desk.ts";
import { prompt, transcriptPath, writeQuiet } from "../journey/claude.ts";
import { list, recover, type Machine } from "../journey/world.ts";
import { random, SECRETS, WORD } from "./made-up.ts";

const token = SECRETS["github"]?.secret ?? "";
const key = SECRETS["rsa"]?.secret ?? "";
/** Shorter than its marker: the copy is longer than its source. */
const word = `pw-${random(WORD, 6)}9`;

interface Bench {
  readonly id: string;
  readonly transcript: string;
  readonly ledger: WritableLedger;
  readonly author: Author;
  readonly opened: OpenedSession;
  readonly scanner: Scanner;
  redact(turns?: ReadonlySet<number>): Promise<RedactedSession>;
}

let desk: Desk;
let bench: Bench;
beforeAll(async () => {
  desk = await makeDesk();
  bench = await makeBench();
});
afterAll(() => desk.world.close());

async function makeBench(): Promise<Bench> {
  const { machine, checkout } = desk;
  const settings = readSettings(machine.env);
  const { ledger } = await openedAt(machine, checkout);
  const scanner = await openScanner(settings, ledger.crypto.hashes);
  const id = randomUUID();
  const spelled = [...token].map((letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`).join("");
  const said = [`first ${token}`, `second\n${key}`, `third "${JSON.stringify({ in: JSON.stringify({ key, word }) })}" again ${spelled}`, `fourth password:${` ${word}`.repeat(1500)}`];
  const transcript = await writeQuiet(transcriptPath(machine.home, checkout, id), said.map((text) => prompt(text, checkout)).join(""));
  await desk.capture(id);
  await desk.kept(id);
  const { author, mine } = await openHere(settings, checkout, () => identityPorts(settings, { ask: async () => null }), "must");
  const agent = await agentNamed(settings, "claude-code");
  const [source] = await mine();
  const [session] = source === undefined ? [] : await sessionsOf(source);
  if (author === null || agent === null || source === undefined || session === undefined) throw new Error("nothing was published");
  const opened = await openOwnSession(ledger, author, source, session);
  const secrets = [...(await scanSession(ledger, agent, scanner, opened)).secrets, { rule: "own-1", text: word }];
  return { id, transcript, ledger, author, opened, scanner, redact: (turns) => redactSession(sessionRecords(ledger, opened), opened.facts, { agent, scanner, secrets, ...(turns === undefined ? {} : { turns }) }) };
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

/** All that follows from a `C` within so many parts: `C` and `P` of each. */
function derived(first: Uint8Array): ReadonlySet<string> {
  const { hashes } = bench.ledger.crypto;
  const all = new Set<string>();
  for (let n = 0, chain = first; n < 64; n++, chain = nextChainKey(hashes, chain)) all.add(hex(chain)).add(hex(partKey(hashes, chain)));
  return all;
}

function firstKey(session: OpenedSession["session"], commitment: Uint8Array, wrap: Uint8Array): Uint8Array {
  const { ledger, author } = bench;
  for (const { epoch, seed } of author.keys) {
    const key = ledger.crypto.wrapper.open(seed, authorContext({ repo: ledger.repo, session, commitment, person: author.person, epoch }), wrap);
    if (key !== null) return key;
  }
  throw new Error("no key");
}

describe("a sealed copy", () => {
  it("has keys from which none of its source follows, nor the other way round, nor twice the same", async () => {
    const { ledger, opened, scanner } = bench;
    const { hashes } = ledger.crypto;
    const redacted = await bench.redact();
    const firsts = [];
    for (const _ of [1, 2]) {
      const copy = await sealCopy(ledger, opened.session, redacted, scanner);
      const [[path, wrap] = ["", new Uint8Array()], ...more] = copy.wraps;
      expect(more).toEqual([]);
      expect(path).toBe(wrapPath(authorWrapId(hashes, copy.session, 0)));
      firsts.push(firstKey(copy.session, commitment(hashes.h, copy.partKeys[0] ?? new Uint8Array(), copy.session, 0), wrap));
      const first = firsts.at(-1) ?? new Uint8Array();
      expect(copy.partKeys.map(hex)).toEqual([hex(partKey(hashes, first))]);
      const wrapOfSource = await sourceWrap();
      const sourceFirst = firstKey(opened.session, opened.parts.parts[0]?.commitment ?? new Uint8Array(), wrapOfSource);
      expect(hex(opened.keys.get(0) ?? new Uint8Array())).toBe(hex(partKey(hashes, sourceFirst)));
      const [ofCopy, ofSource] = [derived(first), derived(sourceFirst)];
      expect([...ofCopy].filter((key) => ofSource.has(key))).toEqual([]);
      expect(copy.session).not.toBe(opened.session);
    }
    expect(new Set(firsts.map(hex)).size).toBe(2);
  });

  it("shows no secret in any escaped form, and its digest is its own", async () => {
    const { opened, scanner, ledger } = bench;
    const redacted = await bench.redact();
    const copy = await sealCopy(ledger, opened.session, redacted, scanner);
    const all = Buffer.concat(redacted.files.map(({ bytes }) => bytes)).toString();
    let flat = all;
    for (let depth = 0; depth < 5; depth++) {
      for (const secret of [token, word, ...key.split("\n").slice(1, -1)]) {
        let form = secret;
        for (let i = 0; i < 4; i++, form = JSON.stringify(form).slice(1, -1)) expect(flat.includes(form)).toBe(false);
      }
      flat = flat.replace(/\\u([0-9a-f]{4})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16))).replace(/\\(["\\])/g, "$1");
    }
    expect(flat).not.toContain("PRIVATE KEY");
    expect(copy.facts.scan).toEqual({ rules: hex(scanner.rules), found: 0, bytes: Buffer.byteLength(all) });
    expect(opened.facts.scan?.found).toBeGreaterThan(0);
    expect(copy.facts).toMatchObject({ source: opened.session, bytes: Buffer.byteLength(all), agent: "claude-code", id: bench.id });
  });

  it.each([
    [[0, 2], [[1, 1], [2, 3]]],
    [[3], [[1, 4]]],
    [[1, 2, 3], [[1, 2], [2, 3], [3, 4]]],
  ])("of the turns %j says which they were", async (turns, map) => {
    const redacted = await bench.redact(new Set(turns));
    expect(redacted.map).toEqual(map);
    expect((await sealCopy(bench.ledger, bench.opened.session, redacted, bench.scanner)).facts.map).toEqual(map);
  });
});

async function sourceWrap(): Promise<Uint8Array> {
  const { ledger, opened } = bench;
  const { keys } = opened.source;
  if (keys === null) throw new Error("no keys");
  const entry = await entryAt(opened.source.store, keys, wrapPath(authorWrapId(ledger.crypto.hashes, opened.session, 0)));
  if (entry === null) throw new Error("no wrap");
  return opened.source.store.readBlob(entry.oid);
}

describe("a published copy", () => {
  let copy: SealedCopy;
  let other: Machine;
  let clone: string;
  beforeAll(async () => {
    const { machine, checkout, world, remote } = desk;
    const { ledger, opened, scanner } = bench;
    copy = await sealCopy(ledger, opened.session, await bench.redact(), scanner);
    const settings = readSettings(machine.env);
    const { state } = await openHere(settings, checkout, () => identityPorts(settings, { ask: async () => null }), "must");
    const additions = { ...NO_ADDITIONS, sessions: copy.sessions, wraps: copy.wraps };
    const done = await publish(ledger, { state: state.chain.state, waitMs: 1000, additions });
    expect(done.bytes).toBeGreaterThan(0);
    // The same twice adds nothing.
    expect(await publish(ledger, { state: state.chain.state, waitMs: 1000, additions })).toMatchObject({ head: done.head, bytes: 0 });
    await machine.hx(checkout, "sync");
    other = await world.machine("ada elsewhere");
    clone = world.path("elsewhere", "work");
    await recover(other, remote, clone, world.path("phrase"));
    await other.hx(clone, "sync");
  });

  it("is verified by another clone, opened there by its author and shown", async () => {
    const verified = JSON.parse(await other.hx(clone, "verify", "--full", "--json")) as { readonly ok: boolean; readonly sessions: number; readonly opened: number; readonly findings: unknown[] };
    expect(verified).toMatchObject({ ok: true, sessions: 2, opened: 2, findings: [] });
    const shown = JSON.parse(await other.hx(clone, "show", copy.session, "--json")) as { readonly agentId: string; readonly turns: readonly { readonly prompt: string }[] };
    expect(shown.agentId).toBe(bench.id);
    expect(shown.turns.map((turn) => turn.prompt).slice(0, 2)).toEqual(["first [redacted:github]", "second\n[redacted:privatekey]"]);
    expect(JSON.stringify(shown)).not.toContain(word);
  });

  it("is longer than its source, is listed only when asked for, and is never taken for its source", async () => {
    const { machine, checkout } = desk;
    expect(copy.facts.bytes ?? 0).toBeGreaterThan(bench.opened.facts.bytes ?? 0);
    for (const [on, at] of [[machine, checkout], [other, clone]] as const) {
      // Twice: from the lane, then from what the list noted.
      for (const _ of [1, 2]) {
        expect((await list(on, at)).map(({ id, kind }) => [id, kind])).toEqual([[bench.opened.session, undefined]]);
        const all = (JSON.parse(await on.hx(at, "list", "--copies", "--json")) as { readonly sessions: readonly Record<string, unknown>[] }).sessions;
        expect(all.map(({ id, kind, source }) => [id, kind, source]).sort()).toEqual([[bench.opened.session, undefined, undefined], [copy.session, "redacted", bench.opened.session]].sort());
      }
      expect((JSON.parse(await on.hx(at, "show", bench.id, "--json")) as { readonly id: string }).id).toBe(bench.opened.session);
    }
    const lines = (await other.hx(clone, "list", "--copies")).trimEnd().split("\n").map((line) => line.split("\t"));
    expect(lines.find(([id]) => id === copy.session)?.slice(7)).toEqual(["redacted", bench.opened.session]);
  });

  it("is restored as what it is, and never over its source", async () => {
    const there = transcriptPath(other.home, clone, bench.id);
    const first = await other.tryHx(clone, ["restore", copy.session, "--json"]);
    expect(first).toMatchObject({ code: 3, stderr: "" });
    expect(JSON.parse(first.stdout)).toMatchObject({ kind: "redacted", source: bench.opened.session, exact: false, files: [{ action: "written", path: there }] });
    expect((await other.tryHx(clone, ["restore", copy.session])).stdout).toContain(`a redacted copy of session '${bench.opened.session}'`);
    await rm(there);
    expect(JSON.parse(await other.hx(clone, "restore", bench.id, "--exact", "--json"))).toMatchObject({ exact: true, files: [{ action: "written" }] });
    const over = await other.tryHx(clone, ["restore", copy.session, "--force"]);
    expect(over.code).not.toBe(0);
    expect(over.stderr).toContain("is a redacted copy");
    expect(over.stderr).toContain(`hx show ${copy.session} --raw`);
  });
});
