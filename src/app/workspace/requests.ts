import { HxError, isHxError } from "../../domain/errors.ts";
import { refName } from "../../domain/ids.ts";
import type { Oid, RefName } from "../../domain/ids.ts";
import { joinRef, SESSIONS_PREFIX } from "../../format/paths.ts";
import type { Clock } from "../../ports/clock.ts";
import type { PushResult, Remote, RemoteOptions, Store } from "../../ports/git.ts";
import { readJoin, type JoinRequest } from "./join-ref.ts";
import type { ReplayCrypto } from "./replay.ts";

export interface RequestPorts {
  readonly crypto: ReplayCrypto;
  readonly clock: Clock;
  readonly remote: Remote;
}

/** A join ref of a remote: what it holds, or what is wrong with it. */
export interface FoundRequest {
  /** The last part of the ref's name. */
  readonly id: string;
  readonly oid: Oid;
  readonly request: JoinRequest | null;
  readonly error: HxError | null;
}

const PREFIX = `${SESSIONS_PREFIX}join/`;
const QUARANTINE = "refs/hx/quarantine/join/";
const ID = /^[0-9a-f]{32}$/;
/** Anybody who can write to the repository can make as many as they like. */
const MOST = 500;

/**
 * All requests to join at a remote, read and verified one by one: one that is damaged hides no other.
 * @param store takes the objects; pieces pass the filter of a partial store
 * @throws HxError `remote-failed`
 */
export async function findRequests(ports: RequestPorts, store: Store, url: string, options: RemoteOptions = {}): Promise<readonly FoundRequest[]> {
  const refs = [...(await ports.remote.list(url, PREFIX, options))].sort(([a], [b]) => (a < b ? -1 : 1)).slice(0, MOST);
  const whole = refs.filter(([ref]) => ID.test(idOf(ref)));
  const pairs = whole.map(([ref]) => ({ from: ref, to: quarantineOf(idOf(ref)) }));
  if (pairs.length > 0) await fetchEach(ports, store, url, pairs, options);
  const found: FoundRequest[] = [];
  for (const [ref, oid] of refs) found.push(await readOne(ports, store, idOf(ref), oid));
  await store.update([...(await store.list(QUARANTINE))].map(([ref, from]) => ({ ref, from, to: null })));
  return found;
}

/** The request under one id, or null where there is none. @throws HxError `remote-failed` */
export async function findRequest(ports: RequestPorts, store: Store, url: string, id: string, options: RemoteOptions = {}): Promise<FoundRequest | null> {
  const ref = joinRef(id);
  const oid = (await ports.remote.list(url, ref, options)).get(ref);
  if (oid === undefined) return null;
  await fetchEach(ports, store, url, [{ from: ref, to: quarantineOf(id) }], options);
  const found = await readOne(ports, store, id, oid);
  await store.update([...(await store.list(QUARANTINE))].map(([quarantined, from]) => ({ ref: quarantined, from, to: null })));
  return found;
}

/** Pushes a request, or takes one away (`to` null), where the remote still has what was seen. @throws HxError `remote-failed` when it does not take it */
export async function pushRequest(ports: Pick<RequestPorts, "remote">, store: Store, url: string, id: string, change: { readonly from: Oid | null; readonly to: Oid | null }): Promise<PushResult> {
  const result = await ports.remote.push(store, url, [{ ref: joinRef(id), local: change.to, lease: change.from }]);
  if (result.kind === "done" || result.kind === "stale") return result;
  throw new HxError("remote-failed", `the remote did not take the request to join: ${result.reason}`, { hints: ["hx doctor"] });
}

/** Git refuses a fetch as a whole for one object that it does not like: then each is fetched by itself, and what cannot be is missing. */
async function fetchEach(ports: RequestPorts, store: Store, url: string, pairs: readonly { readonly from: RefName; readonly to: RefName }[], options: RemoteOptions): Promise<void> {
  try {
    await ports.remote.fetch(store, url, pairs, options);
  } catch (error) {
    if (!isHxError(error) || error.code !== "remote-failed") throw error;
    await ports.remote.list(url, PREFIX, options);
    for (const pair of pairs) await ports.remote.fetch(store, url, [pair], options).catch(unlessFailed);
  }
}

function unlessFailed(error: unknown): void {
  if (!isHxError(error) || error.code !== "remote-failed") throw error;
}

async function readOne({ crypto, clock }: RequestPorts, store: Store, id: string, oid: Oid): Promise<FoundRequest> {
  try {
    return { id, oid, request: await readJoin(crypto, store, id, oid, clock.now()), error: null };
  } catch (error) {
    if (!isHxError(error)) throw error;
    return { id, oid, request: null, error };
  }
}

const idOf = (ref: RefName): string => ref.slice(PREFIX.length);
const quarantineOf = (id: string): RefName => refName(QUARANTINE + id);
