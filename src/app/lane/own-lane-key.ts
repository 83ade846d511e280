import { concat, equal, fromUtf8, utf8 } from "../../domain/bytes.ts";
import { HxError } from "../../domain/errors.ts";
import { laneId, type LaneId, type RepoId, type WorkspaceId } from "../../domain/ids.ts";
import { standingOf } from "../../domain/workspace/standing.ts";
import { currentMembership, currentPersonKey, type WorkspaceState } from "../../domain/workspace/state.ts";
import type { Certificate } from "../../format/header.ts";
import { laneIdOf } from "../../format/ids.ts";
import { sealItem } from "../../format/item.ts";
import { decodeLaneKey, encodeLaneKey, type LaneKey } from "../../format/lane-key.ts";
import { tieBody } from "../../format/tie.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Crypto } from "../../ports/crypto.ts";
import type { KeyFiles } from "../../ports/keystore.ts";
import type { WorkFiles } from "../../ports/work-files.ts";
import type { UnlockedIdentity } from "../identity/unlocked.ts";
import type { OwnLane } from "../ledger.ts";
import { certifyLane, currentSeeds } from "../workspace/certificate.ts";
import { openMembership, openPersonKeys } from "../workspace/member.ts";

export const DAY_MS = 86_400_000;

export interface LanePorts {
  readonly files: KeyFiles;
  /** Trust state of the repository: which clone writes which lane. */
  readonly trust: WorkFiles;
  readonly crypto: Crypto;
  readonly clock: Clock;
}

export interface LanePlace {
  readonly workspace: WorkspaceId;
  readonly repo: RepoId;
  /** Real path of the common git directory: two clones on one machine write two lanes. */
  readonly clone: string;
}

/** A lane whose key is here. */
export interface KeptLane extends OwnLane {
  /** On which it was opened, in days since 1970-01-01 UTC. */
  readonly day: number;
}

/** The lane that this clone writes, or null when none was opened yet. Needs no passphrase. */
export async function readOwnLane(ports: LanePorts, place: LanePlace): Promise<KeptLane | null> {
  const lane = (await clones(ports))[place.clone];
  return lane === undefined ? null : readLane(ports, place, lane);
}

/** A lane of this device in this repository; null when its key is not here. */
export async function readLane(ports: LanePorts, place: LanePlace, lane: LaneId): Promise<KeptLane | null> {
  const bytes = await ports.files.read(keyFile(place, lane), { secret: true });
  const tie = await ports.files.read(tieFile(place, lane), { secret: false });
  if (bytes === null || tie === null) return null;
  const key = decodeLaneKey(bytes);
  if (key.repo !== place.repo || key.workspace !== place.workspace || laneIdOf(ports.crypto.hashes, key.lane) !== lane) return null;
  return { ...ownLane(lane, key, tie), day: key.day };
}

/** A lane is written for a quarter of a year, then a fresh one is opened: what is pushed says less of a person over time. */
export function isStale(lane: { readonly day: number }, nowMs: number): boolean {
  return quarter(lane.day * DAY_MS) !== quarter(nowMs);
}

/**
 * Opens a fresh lane for this clone: needs the identity, because the membership key certifies it and the device signs the tie.
 * Without that key (of somebody who is not admitted yet) it has no certificate, and what is captured for it waits.
 * @throws HxError `not-connected` when the person was removed
 */
export async function openOwnLane(ports: LanePorts, place: LanePlace, identity: UnlockedIdentity, state: WorkspaceState): Promise<KeptLane> {
  const { id, key, tie } = makeLane(ports, place, identity, state);
  await ports.files.write(keyFile(place, id), encodeLaneKey(key));
  await ports.files.write(tieFile(place, id), tie);
  const known = await clones(ports);
  await ports.trust.write(CLONES, utf8(JSON.stringify({ ...known, [place.clone]: id })));
  return { ...ownLane(id, key, tie), day: key.day };
}

/** A fresh lane of the person, kept nowhere yet. @throws HxError as `openOwnLane` */
export function makeLane(
  { crypto, clock }: Pick<LanePorts, "crypto" | "clock">,
  place: Pick<LanePlace, "workspace" | "repo">,
  identity: UnlockedIdentity,
  state: WorkspaceState,
): { readonly id: LaneId; readonly key: LaneKey; readonly tie: Uint8Array } {
  const { person, device } = identity;
  if (standingOf(state, person) === "removed") throw new HxError("not-connected", "this identity is not a member of the workspace", { hints: ["hx identity restore"] });
  const to = newestPersonKey(crypto, identity, state);
  const seed = crypto.random.bytes(32);
  const publicKey = crypto.signer.publicKey(seed);
  const eraser = crypto.signer.publicKey(eraserSeed(crypto, identity, publicKey));
  const certificate = certificateFor(crypto, identity, state, place.repo, publicKey, eraser);
  const key: LaneKey = {
    workspace: place.workspace,
    repo: place.repo,
    lane: publicKey,
    seed,
    eraser,
    ...(certificate === null ? {} : { certificate }),
    to: to.key,
    person,
    epoch: to.epoch,
    day: Math.floor(clock.now() / DAY_MS),
  };
  const body = tieBody(
    { repo: place.repo, lane: publicKey, person, device },
    (message) => crypto.signer.sign(identity.signSeed, message),
    (message) => crypto.signer.sign(seed, message),
  );
  return { id: laneIdOf(crypto.hashes, publicKey), key, tie: sealItem(crypto, [to.key, to.key], { repo: place.repo, lane: publicKey }, body) };
}

/** The lane of a key that somebody carries about. @throws HxError `encoding-invalid` when its halves do not agree */
export function laneOfKey(crypto: Crypto, key: LaneKey, tie: Uint8Array): KeptLane {
  if (!equal(crypto.signer.publicKey(key.seed), key.lane)) throw new HxError("encoding-invalid", "a lane key whose halves do not agree");
  return { ...ownLane(laneIdOf(crypto.hashes, key.lane), key, tie), day: key.day, carried: true };
}

/**
 * Certifies a lane anew where a membership epoch came since (or the first that its author has a part in), and takes the author's
 * newest person key for its next sessions. The lane goes on as it is.
 * @returns the lane as it is now: unchanged where nothing is due, or the keys at hand do not do
 */
export async function renewLane(ports: LanePorts, place: LanePlace, lane: KeptLane, identity: UnlockedIdentity, state: WorkspaceState): Promise<KeptLane> {
  if (lane.person !== identity.person || standingOf(state, identity.person) !== "member") return lane;
  const isCertified = lane.certificate?.epoch === currentMembership(state).epoch;
  const newest = newestPersonKey(ports.crypto, identity, state);
  if (isCertified && newest.epoch === lane.epoch) return lane;
  const anew = isCertified ? null : certificateFor(ports.crypto, identity, state, place.repo, lane.publicKey, lane.eraser);
  const certificate = anew ?? lane.certificate;
  const renewed: KeptLane = { ...lane, ...(certificate === undefined ? {} : { certificate }), to: newest.key, epoch: newest.epoch };
  const { id, publicKey, tie: _, carried: __, ...rest } = renewed;
  await ports.files.write(keyFile(place, id), encodeLaneKey({ ...rest, workspace: place.workspace, repo: place.repo, lane: publicKey }));
  return renewed;
}

/** Signed with the newest membership key, where it opens with the keys here. A device that was removed may still hold it: it does not use it. */
function certificateFor(crypto: Crypto, identity: UnlockedIdentity, state: WorkspaceState, repo: RepoId, lane: Uint8Array, eraser: Uint8Array): Certificate | null {
  if (standingOf(state, identity.person) !== "member" || state.devices.get(identity.device)?.state !== "live") return null;
  // The key file may be older than the person key to which the newest membership key is boxed.
  const boxed = openPersonKeys(crypto, state, identity.person, { device: identity.device, seed: identity.boxSeed });
  const membership = currentSeeds(state, openMembership(crypto, state, identity.person, [...identity.personKeys, ...boxed]));
  return membership === null ? null : certifyLane(crypto.signer, membership, repo, lane, eraser);
}

/** As the chain has it; of somebody whom it does not know, as the identity has it. */
function newestPersonKey(crypto: Crypto, identity: UnlockedIdentity, state: WorkspaceState): { readonly epoch: number; readonly key: Uint8Array } {
  const person = state.persons.get(identity.person);
  if (person !== undefined) return currentPersonKey(person);
  const newest = identity.personKeys.toSorted((a, b) => a.epoch - b.epoch).at(-1);
  if (newest === undefined) throw new HxError("no-key", "this identity has no person key", { hints: ["hx identity restore"] });
  return { epoch: newest.epoch, key: crypto.wrapper.publicKey(newest.seed) };
}

/** The seed of the key that may sign tombstones of a lane; locked on the device. */
export function eraserSeed(crypto: Crypto, identity: UnlockedIdentity, lane: Uint8Array): Uint8Array {
  return crypto.hashes.keyed(identity.signSeed, concat(utf8("hx/eraser/v1"), lane));
}

function ownLane(lane: LaneId, key: LaneKey, tie: Uint8Array): OwnLane {
  const { lane: publicKey, seed, eraser, certificate, to, person, epoch } = key;
  return { id: lane, publicKey, seed, eraser, ...(certificate === undefined ? {} : { certificate }), to, person, epoch, tie };
}

const CLONES = "clones.json";
const keyFile = (place: LanePlace, lane: LaneId): string => `lanes/${place.repo}/${lane}.key`;
const tieFile = (place: LanePlace, lane: LaneId): string => `lanes/${place.repo}/${lane}.tie`;

/** Common git directories of the clones on this device that write, or wrote, lanes of a repository. */
export async function clonesOfDevice(trust: WorkFiles): Promise<readonly string[]> {
  return Object.keys(await clones({ trust }));
}

/** The lanes that the clones on this device write now. */
export async function lanesOfDevice(ports: Pick<LanePorts, "trust">): Promise<readonly LaneId[]> {
  return Object.values(await clones(ports));
}

async function clones(ports: Pick<LanePorts, "trust">): Promise<Record<string, LaneId>> {
  const bytes = await ports.trust.read(CLONES);
  if (bytes === null) return {};
  const known = JSON.parse(fromUtf8(bytes)) as Record<string, string>;
  return Object.fromEntries(Object.entries(known).map(([clone, lane]) => [clone, laneId(lane)]));
}

function quarter(ms: number): string {
  const date = new Date(ms);
  return `${date.getUTCFullYear()} ${Math.floor(date.getUTCMonth() / 3)}`;
}

