import { createHash } from "node:crypto";
import { afterEach, beforeEach } from "vitest";
import { gitRemote } from "../../src/adapters/git/remote.ts";
import { gitRepositories } from "../../src/adapters/git/repositories.ts";
import { refName } from "../../src/domain/ids.ts";
import type { Oid } from "../../src/domain/ids.ts";
import type { Remote, Repository, Store } from "../../src/ports/git.ts";
import { startHttpRemote } from "./http-remote.ts";
import type { HttpRemote, HttpRemoteOptions } from "./http-remote.ts";
import { makeSandbox } from "./sandbox.ts";
import type { Sandbox } from "./sandbox.ts";

const DAY = 1_760_000_000 - (1_760_000_000 % 86_400);
export const LANE = refName("refs/sessions/v1/lane/a");
export const KEYS = refName("refs/sessions/v1/keys/a");
export const QUARANTINE = refName("refs/hx/quarantine/a");
export const QUARANTINE_KEYS = refName("refs/hx/quarantine/keys");
export const SEGMENT_BYTES = 20_000;

export let sandbox: Sandbox;
export let repository: Repository;
export let remote: Remote;
let closing: (() => Promise<void>)[] = [];

/** Gives every test of the file a work repository of its own, and ends what it started. */
export function useRemoteWorld(): void {
  beforeEach(async () => {
    sandbox = await makeSandbox();
    closing = [];
    await openWork("sha1");
  });
  afterEach(async () => {
    await Promise.all(closing.map((close) => close()));
    await sandbox.remove();
  });
}

/** Ends this after the test. */
export function afterwards(close: () => Promise<void>): void {
  closing.push(close);
}

export async function openWork(objectFormat: "sha1" | "sha256"): Promise<void> {
  const found = await gitRepositories({ env: sandbox.env }).find(await sandbox.makeRepo({ objectFormat }));
  if (found === null) throw new Error("no repository");
  repository = found;
  remote = gitRemote({ env: sandbox.env, checkout: found.checkout });
  closing.push(() => found.store.close());
}

export async function otherStore(name = "others"): Promise<Store> {
  const store = await gitRepositories({ env: sandbox.env }).bareStore(sandbox.path(name), repository.checkout.objectFormat);
  closing.push(() => store.close());
  return store;
}

export interface Lane {
  readonly head: Oid;
  readonly segment: Oid;
  readonly small: Oid;
}

export async function lane(store: Store, seed: number, parents: readonly Oid[] = []): Promise<Lane> {
  const segment = await store.writeBlob(createHash("shake256", { outputLength: SEGMENT_BYTES }).update(String(seed)).digest());
  const small = await store.writeBlob(new TextEncoder().encode(`small ${seed}`));
  const tree = await store.writeTree([{ name: "h", mode: "100644", oid: small }, { name: "0", mode: "100644", oid: segment }]);
  return { head: await store.writeCommit({ tree, parents, day: DAY }), segment, small };
}

export async function http(options: HttpRemoteOptions = {}): Promise<HttpRemote> {
  const server = await startHttpRemote(sandbox, options);
  closing.push(() => server.close());
  return server;
}

export async function fileRemote(objectFormat: "sha1" | "sha256" = "sha1"): Promise<string> {
  const directory = await sandbox.makeRepo({ bare: true, objectFormat });
  await sandbox.git(directory, "config", "receive.fsckObjects", "true");
  await sandbox.git(directory, "config", "uploadpack.allowFilter", "true");
  return directory;
}
