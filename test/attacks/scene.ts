import { cp, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { brotliCompressor } from "../../src/adapters/crypto/brotli.ts";
import { loadCrypto } from "../../src/adapters/crypto/libsodium.ts";
import { gitRemote } from "../../src/adapters/git/remote.ts";
import { gitRepositories } from "../../src/adapters/git/repositories.ts";
import { DirectoryKeyFiles } from "../../src/adapters/keystore/key-files.ts";
import { workFiles } from "../../src/adapters/work-files/work-files.ts";
import { captureSession } from "../../src/app/capture/capture-session.ts";
import { UnlockedIdentity } from "../../src/app/identity/unlocked.ts";
import { openOwnLane } from "../../src/app/lane/own-lane-key.ts";
import type { Ledger, WritableLedger } from "../../src/app/ledger.ts";
import type { Author } from "../../src/app/read/author-keys.ts";
import { fetchOnly, sync, type SyncResult } from "../../src/app/sync/sync.ts";
import { localChain } from "../../src/app/sync/workspace-chain.ts";
import { appendStatements } from "../../src/app/workspace/append.ts";
import { foundWorkspace, newRepository, type Founded } from "../../src/app/workspace/found.ts";
import type { RepoId, WorkspaceId } from "../../src/domain/ids.ts";
import { ROOT_REF } from "../../src/format/paths.ts";
import type { Crypto } from "../../src/ports/crypto.ts";
import type { Remote, Store } from "../../src/ports/git.ts";
import { makeSandbox, type Sandbox } from "../support/sandbox.ts";
import { makePerson, type TestPerson } from "../workspace/people.ts";
import { everywhere, type MemoryAgent } from "./memory-agent.ts";

export type Format = "sha1" | "sha256";
/** 15 June 2026, 10:00 UTC, ms. */
export const NOW: number = Date.UTC(2026, 5, 15, 10);
export const OPTIONS = { waitMs: 1000 } as const;

/** One person with real keys, a founded workspace, and a host. */
export interface Scene {
  readonly box: Sandbox;
  readonly crypto: Crypto;
  readonly format: Format;
  readonly person: TestPerson;
  readonly author: Author;
  readonly founded: Founded;
  readonly workspace: WorkspaceId;
  readonly repo: RepoId;
  /** Directory of everything that one test may change: the host and the clones. */
  readonly root: string;
  readonly hub: string;
  readonly clock: { ms: number };
  readonly close: (() => Promise<void>)[];
}

/** A clone with its stores. */
export interface Here {
  readonly ledger: Ledger;
  readonly remote: Remote;
}

export async function makeScene(format: Format = "sha1", names: { readonly name: string; readonly email?: string; readonly project: string } = { name: "Ann", project: "web" }): Promise<Scene> {
  const box = await makeSandbox();
  const crypto = await loadCrypto();
  const person = makePerson(crypto);
  const { repo, genesis } = newRepository(crypto, person.acting.sign);
  const founder = { name: names.name, ...(names.email === undefined ? {} : { email: names.email }) };
  const founded = foundWorkspace(crypto, person.acting, { founder, projectName: names.project, repo, repoGenesis: genesis, home: repo });
  const root = box.path("scene");
  await mkdir(root);
  const hub = join(root, "hub.git");
  await box.git(root, "init", "-q", "--bare", `--object-format=${format}`, hub);
  for (const key of ["uploadpack.allowFilter", "uploadpack.allowAnySHA1InWant"]) await box.git(hub, "config", key, "true");
  const author = { person: person.id, keys: [{ epoch: 0, seed: person.keySeed }] };
  return { box, crypto, format, person, author, founded, workspace: founded.state.workspace, repo, root, hub, clock: { ms: NOW }, close: [] };
}

export async function endScene(scene: Scene): Promise<void> {
  await Promise.all(scene.close.splice(0).map((close) => close()));
}

/** A repository of that name in the scene, made when absent, with the host as its `origin`. */
export async function openHere(scene: Scene, name: string, directory = join(scene.root, name)): Promise<Here> {
  const { box, format } = scene;
  const repositories = gitRepositories({ env: box.env });
  let repository = await repositories.find(directory);
  if (repository === null) {
    await box.git(scene.root, "init", "-q", "-b", "main", `--object-format=${format}`, directory);
    await box.git(directory, "remote", "add", "origin", scene.hub);
    repository = await repositories.find(directory);
  }
  if (repository === null) throw new Error("no repository");
  const { commonDirectory, objectFormat } = repository.checkout;
  const ledger: Ledger = {
    repository,
    stage: await repositories.bareStore(join(commonDirectory, "hx-stage"), objectFormat),
    others: await repositories.bareStore(join(commonDirectory, "hx", "others"), objectFormat),
    work: workFiles(join(commonDirectory, "hx")),
    trust: workFiles(join(scene.root, `${name}.trust`)),
    crypto: scene.crypto,
    compressor: brotliCompressor,
    clock: { now: () => scene.clock.ms },
    workspace: scene.workspace,
    repo: scene.repo,
  };
  scene.close.push(...[repository.store, ledger.stage, ledger.others].map((store: Store) => () => store.close()));
  return { ledger, remote: gitRemote({ env: box.env, checkout: repository.checkout }) };
}

/** As the founder's device would, opens a lane for a clone. */
export async function openWriter(scene: Scene, name: string, directory?: string): Promise<{ readonly ledger: WritableLedger; readonly remote: Remote }> {
  const { ledger, remote } = await openHere(scene, name, directory);
  const { store, checkout } = ledger.repository;
  if ((await store.read(ROOT_REF)) === null) await appendStatements(store, ROOT_REF, null, scene.founded.statements, NOW);
  const device = scene.person.devices[0];
  if (device === undefined) throw new Error("no device");
  const fileKey = { kdf: { alg: "none", key: new Uint8Array(32) }, key: new Uint8Array(32) } as const;
  const secrets = { person: scene.person.id, device: device.id, sign: device.sign, box: device.box, keys: scene.author.keys, membership: [] };
  const ports = { files: new DirectoryKeyFiles(join(scene.root, `${name}.config`)), trust: ledger.trust, crypto: scene.crypto, clock: ledger.clock };
  const place = { workspace: scene.workspace, repo: scene.repo, clone: checkout.commonDirectory };
  const lane = await openOwnLane(ports, place, new UnlockedIdentity(secrets, fileKey), (await localChain(ledger)).state);
  return { ledger: { ...ledger, lane }, remote };
}

export async function capture(ledger: WritableLedger, { agent, source }: MemoryAgent): Promise<void> {
  const outcome = await captureSession(ledger, agent, source, everywhere, { ...OPTIONS, quietMs: 0 });
  if (outcome.kind !== "captured") throw new Error(`not captured: ${outcome.kind}`);
}

export async function push(writer: { readonly ledger: WritableLedger; readonly remote: Remote }): Promise<SyncResult> {
  const done = await sync(writer.ledger, writer.remote, "origin", OPTIONS);
  if (done.push.kind !== "done") throw new Error(`not pushed: ${JSON.stringify(done.push)}`);
  return done;
}

export const pull = (reader: Here, whole = false): Promise<SyncResult> => fetchOnly(reader.ledger, reader.remote, "origin", { ...OPTIONS, whole });

let copies = 0;

/** A copy of the scene's host and of its reader, so that a test can do its damage. */
export async function copyScene(scene: Scene): Promise<Scene> {
  const root = scene.box.path(`copy-${++copies}`);
  for (const name of ["hub.git", "reader", "reader.trust"]) await cp(join(scene.root, name), join(root, name), { recursive: true });
  const copy = { ...scene, root, hub: join(root, "hub.git"), clock: { ...scene.clock }, close: [] };
  await scene.box.git(join(root, "reader"), "remote", "set-url", "origin", copy.hub);
  return copy;
}
