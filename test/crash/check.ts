import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { gitRemote } from "../../src/adapters/git/remote.ts";
import { gitRepositories } from "../../src/adapters/git/repositories.ts";
import { workFiles } from "../../src/adapters/work-files/work-files.ts";
import { openIdentity } from "../../src/app/identity/open.ts";
import type { Ledger } from "../../src/app/ledger.ts";
import { AS_THEY_ARE, laneSources, sessionsOf } from "../../src/app/read/lane-source.ts";
import { openOwnSession, sessionRecords } from "../../src/app/read/open-session.ts";
import { ownLanes } from "../../src/app/read/own-lanes.ts";
import { rebuild, type FileTarget } from "../../src/app/read/rebuild.ts";
import { verifySessions } from "../../src/app/sessions/verify-all.ts";
import { fetchOnly } from "../../src/app/sync/sync.ts";
import { localChain } from "../../src/app/sync/workspace-chain.ts";
import { openClone, openLedger } from "../../src/wire/clone.ts";
import { identityPorts } from "../../src/wire/identity-ports.ts";
import { readSettings } from "../../src/wire/settings.ts";
import { ownerOf, type Files } from "./agent-store.ts";
import type { CrashWorld } from "./world.ts";

/** A session as the remote gives it to somebody who has only the author's keys. */
export interface RemoteSession {
  readonly agentId: string;
  readonly files: Files;
}

export interface RemoteContent {
  readonly lanes: number;
  readonly sessions: readonly RemoteSession[];
}

/** Fetches everything into an empty clone, verifies every lane from its first header on, and opens every session. */
export async function readRemote(world: CrashWorld, url = world.remote): Promise<RemoteContent> {
  const directory = await mkdtemp(world.box.path("fresh-"));
  const env = world.env;
  const stores = gitRepositories({ env });
  await world.box.git(world.box.root, "init", "-q", join(directory, "clone"));
  const repository = await stores.find(join(directory, "clone"));
  if (repository === null) throw new Error("no repository");
  const known = await openClone(readSettings(env), world.work);
  const former = await openLedger(known);
  const others = await stores.bareStore(join(directory, "others"), "sha1");
  const ledger: Ledger = { ...former, repository, others, work: workFiles(join(directory, "work")), trust: workFiles(join(directory, "trust")) };
  try {
    const fetched = await fetchOnly(ledger, gitRemote({ env, checkout: repository.checkout }), url, { waitMs: 0, whole: true });
    expect(fetched.problems).toEqual([]);
    expect(fetched.withheld).toEqual([]);
    const identity = await openIdentity(await identityPorts(readSettings(env), { ask: async () => null }));
    const author = { person: identity.person, keys: identity.personKeys };
    const sources = await laneSources(ledger, AS_THEY_ARE);
    const chain = await localChain(ledger);
    const mine = await ownLanes(ledger, chain.state, author, sources);
    expect(mine.length).toBe(sources.length);
    const verified = await verifySessions(ledger, chain, author, mine);
    expect(verified.findings).toEqual([]);
    expect(verified.notOpened).toBe(0);
    const sessions: RemoteSession[] = [];
    for (const source of mine) {
      for (const session of await sessionsOf(source)) {
        const opened = await openOwnSession(ledger, author, source, session);
        const files = await rebuild(sessionRecords(ledger, opened), async () => new Memory());
        sessions.push({ agentId: opened.facts.id, files: new Map(files.filter(({ gone }) => !gone).map(({ path, target, size }) => [path, target.text(size)])) });
      }
    }
    return { lanes: mine.length, sessions };
  } finally {
    await Promise.all([repository.store.close(), others.close(), former.stage.close(), former.others.close(), former.repository.store.close()]);
    await rm(directory, { recursive: true, force: true, maxRetries: 3 });
  }
}

class Memory implements FileTarget {
  #bytes: Uint8Array = new Uint8Array(0);

  async write(offset: number, bytes: Uint8Array): Promise<void> {
    if (this.#bytes.length < offset + bytes.length) {
      const longer = new Uint8Array(offset + bytes.length);
      longer.set(this.#bytes);
      this.#bytes = longer;
    }
    this.#bytes.set(bytes, offset);
  }

  async reset(): Promise<void> {
    this.#bytes = new Uint8Array(0);
  }

  async truncate(length: number): Promise<void> {
    this.#bytes = this.#bytes.slice(0, length);
  }

  text(size: number): string {
    return Buffer.from(this.#bytes.subarray(0, size)).toString("utf8");
  }
}

/** The agent's files, as one map for each session. */
export function bySession(files: Files): ReadonlyMap<string, Files> {
  const sessions = new Map<string, Map<string, string>>();
  for (const [path, content] of files) {
    const owner = ownerOf(path);
    const own = sessions.get(owner) ?? new Map<string, string>();
    own.set(path, content);
    sessions.set(owner, own);
  }
  return sessions;
}

/** Everything is on the remote, once, byte for byte; the lanes verify from scratch; git finds nothing wrong anywhere. */
export async function expectKept(world: CrashWorld, files: Files, lanes = 1): Promise<void> {
  const content = await readRemote(world);
  expect(content.lanes).toBe(lanes);
  expect(content.sessions.map(({ agentId, files: rebuilt }) => [agentId, ...digests(rebuilt)]).sort()).toEqual([...bySession(files)].map(([id, own]) => [id, ...digests(own)]).sort());
  await expectIntact(world);
}

export async function expectIntact(world: CrashWorld): Promise<void> {
  const places = [world.work, join(world.work, ".git", "hx-stage"), world.remote];
  for (const place of places) {
    const { code, stdout, stderr } = await world.box.tryGit(place, "fsck", "--strict", "--full", "--no-dangling", "--no-progress");
    const wrong = `${stdout}\n${stderr}`.split("\n").filter((line) => line !== "" && !line.startsWith("notice: "));
    expect([place, code, wrong]).toEqual([place, 0, []]);
  }
}

/** Path, length and a hash of each file: short enough to read in a failure. */
function digests(files: Files): string[] {
  return [...files].map(([path, content]) => `${path} ${content.length} ${createHash("sha256").update(content).digest("hex").slice(0, 12)}`).sort();
}
