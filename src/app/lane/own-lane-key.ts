import { concat, fromUtf8, utf8 } from "../../domain/bytes.ts";
import { HxError } from "../../domain/errors.ts";
import { laneId, type LaneId, type PersonId, type RepoId, type WorkspaceId } from "../../domain/ids.ts";
import type { WorkspaceState } from "../../domain/workspace/state.ts";
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
import { openMembership } from "../workspace/member.ts";

const DAY_MS = 86_400_000;

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

/** The lane that this clone writes, or null when none was opened yet. Needs no passphrase. */
export async function readOwnLane(ports: LanePorts, place: LanePlace): Promise<(OwnLane & { readonly day: number }) | null> {
  const lane = (await clones(ports))[place.clone];
  if (lane === undefined) return null;
  const bytes = await ports.files.read(keyFile(place, lane), { secret: true });
  const tie = await ports.files.read(tieFile(place, lane), { secret: false });
  if (bytes === null || tie === null) return null;
  const key = decodeLaneKey(bytes);
  if (key.repo !== place.repo || key.workspace !== place.workspace || laneIdOf(ports.crypto.hashes, key.lane) !== lane) return null;
  return { ...ownLane(lane, key, tie), day: key.day };
}

/** A lane is written for a quarter of a year, then a fresh one is opened: what is pushed says less of a person over time. */
export function isStale(lane: { readonly day: number; readonly certificate: { readonly epoch: number } }, nowMs: number, epoch: number): boolean {
  return quarter(lane.day * DAY_MS) !== quarter(nowMs) || lane.certificate.epoch !== epoch;
}

/** Whether the unlocked keys are those of a member who can certify lanes. */
export function isMember(state: WorkspaceState, person: PersonId): boolean {
  return state.persons.get(person)?.state === "living";
}

/**
 * Opens a fresh lane for this clone: needs the identity, because the membership key certifies it and the device signs the tie.
 * @throws HxError `not-connected` when the person is no member
 */
export async function openOwnLane(ports: LanePorts, place: LanePlace, identity: UnlockedIdentity, state: WorkspaceState): Promise<OwnLane> {
  const { crypto } = ports;
  const person = state.persons.get(identity.person);
  const newest = person?.keys.at(-1);
  const membership = currentSeeds(state, openMembership(crypto, state, identity.person, identity.personKeys));
  if (person === undefined || newest === undefined || membership === null) {
    throw new HxError("not-connected", "this identity is not a member of the workspace", { hints: ["hx identity restore"] });
  }
  const seed = crypto.random.bytes(32);
  const publicKey = crypto.signer.publicKey(seed);
  const lane = laneIdOf(crypto.hashes, publicKey);
  const eraser = crypto.signer.publicKey(eraserSeed(crypto, identity, publicKey));
  const key: LaneKey = {
    workspace: place.workspace,
    repo: place.repo,
    lane: publicKey,
    seed,
    eraser,
    certificate: certifyLane(crypto.signer, membership, place.repo, publicKey, eraser),
    to: newest.key,
    person: identity.person,
    epoch: newest.epoch,
    day: Math.floor(ports.clock.now() / DAY_MS),
  };
  const body = tieBody(
    { repo: place.repo, lane: publicKey, person: identity.person, device: identity.device },
    (message) => crypto.signer.sign(identity.signSeed, message),
    (message) => crypto.signer.sign(seed, message),
  );
  const tie = sealItem(crypto, [newest.key, newest.key], { repo: place.repo, lane: publicKey }, body);
  await ports.files.write(keyFile(place, lane), encodeLaneKey(key));
  await ports.files.write(tieFile(place, lane), tie);
  const known = await clones(ports);
  await ports.trust.write(CLONES, utf8(JSON.stringify({ ...known, [place.clone]: lane })));
  return ownLane(lane, key, tie);
}

/** The seed of the key that may sign tombstones of a lane; locked on the device. */
export function eraserSeed(crypto: Crypto, identity: UnlockedIdentity, lane: Uint8Array): Uint8Array {
  return crypto.hashes.keyed(identity.signSeed, concat(utf8("hx/eraser/v1"), lane));
}

function ownLane(lane: LaneId, key: LaneKey, tie: Uint8Array): OwnLane {
  const { lane: publicKey, seed, eraser, certificate, to, person, epoch } = key;
  return { id: lane, publicKey, seed, eraser, certificate, to, person, epoch, tie };
}

const CLONES = "clones.json";
const keyFile = (place: LanePlace, lane: LaneId): string => `lanes/${place.repo}/${lane}.key`;
const tieFile = (place: LanePlace, lane: LaneId): string => `lanes/${place.repo}/${lane}.tie`;

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

