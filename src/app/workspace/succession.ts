import { equal } from "../../domain/bytes.ts";
import { HxError } from "../../domain/errors.ts";
import type { PersonId, TeamId } from "../../domain/ids.ts";
import { currentPersonKey, currentTeamKey } from "../../domain/workspace/state.ts";
import type { PersonKeyEpoch, WorkspaceState } from "../../domain/workspace/state.ts";
import type { PersonKeyBox, SuccessionBody } from "../../domain/workspace/team-bodies.ts";
import type { EpochSeed } from "../../format/key-file.ts";
import { personKeyBeforeContext, successionBoxContext, successionContext } from "../../format/wrap.ts";
import type { Crypto } from "../../ports/crypto.ts";
import { auditTeam } from "./audit.ts";
import { openOrNull, walkBack } from "./epochs.ts";

/**
 * What a person signs so that a team can read on after their departure: the seed of their newest person key, sealed
 * to the team, and that to each administrator.
 * @param seed of their newest person key
 * @throws HxError `refused` for a team to which nobody may seal; `no-key` for another seed
 */
export function successionBody(crypto: Crypto, state: WorkspaceState, succession: { readonly person: PersonId; readonly team: TeamId; readonly seed: Uint8Array }): SuccessionBody {
  const { seed } = succession;
  const refusal = auditTeam(state, succession.team);
  if (refusal !== null) throw refusal;
  const team = state.teams.get(succession.team);
  const teamKey = team === undefined ? null : currentTeamKey(team);
  const person = state.persons.get(succession.person);
  if (team === undefined || teamKey === null || person === undefined) throw new RangeError("a succession of nobody");
  const own = currentPersonKey(person);
  if (!equal(crypto.wrapper.publicKey(seed), own.key)) throw new HxError("no-key", `epoch ${own.epoch} of your person key is not open here`, { hints: ["hx sync"] });
  const place = { person: person.id, team: team.id, teamEpoch: teamKey.epoch, keyEpoch: own.epoch };
  const inner = crypto.wrapper.wrap(teamKey.key, successionContext(place), seed);
  const boxes = [...state.administrators].sort().flatMap((id) => boxFor(crypto, state, id, place, inner));
  return { type: "succession", succession: { team: team.id, teamEpoch: place.teamEpoch, keyEpoch: place.keyEpoch, hash: crypto.hashes.h(inner), boxes } };
}

function boxFor(crypto: Crypto, state: WorkspaceState, to: PersonId, { person, team }: { readonly person: PersonId; readonly team: TeamId }, inner: Uint8Array): PersonKeyBox[] {
  const administrator = state.persons.get(to);
  if (administrator === undefined) return [];
  const { epoch, key } = currentPersonKey(administrator);
  return [{ person: to, epoch, wrap: crypto.wrapper.wrap(key, successionBoxContext(person, team, to, epoch), inner) }];
}

/**
 * The outer layer: the inner wrap, which a departure publishes. null where the person signed no succession, none of its boxes is
 * for this administrator, or it holds something else than what was signed.
 */
export function openSuccessionBox(crypto: Crypto, state: WorkspaceState, person: PersonId, administrator: PersonId, keys: readonly EpochSeed[]): Uint8Array | null {
  const succession = state.persons.get(person)?.succession;
  const box = succession?.boxes.get(administrator);
  const seed = keys.find(({ epoch }) => epoch === box?.epoch)?.seed;
  if (succession === undefined || box === undefined || seed === undefined) return null;
  const inner = openOrNull(crypto, seed, successionBoxContext(person, succession.team, administrator, box.epoch), box.wrap);
  return inner !== null && equal(crypto.hashes.h(inner), succession.hash) ? inner : null;
}

/**
 * The inner layer, once a departure has published it: the seeds of the person's keys up to the one that was signed
 * over, oldest first. Empty where nothing was published, or the team keys do not open it.
 */
export function openSuccession(crypto: Crypto, state: WorkspaceState, person: PersonId, teamKeys: readonly EpochSeed[]): readonly EpochSeed[] {
  const found = state.persons.get(person);
  const { succession } = found ?? {};
  const teamSeed = teamKeys.find(({ epoch }) => epoch === succession?.teamEpoch)?.seed;
  if (found === undefined || succession?.wrap === undefined || teamSeed === undefined) return [];
  const seed = openOrNull(crypto, teamSeed, successionContext({ person, ...succession }), succession.wrap);
  const own = ({ epoch }: PersonKeyEpoch): Uint8Array | null => (epoch === succession.keyEpoch ? seed : null);
  return walkBack(crypto, found.keys, own, (epoch) => personKeyBeforeContext(person, epoch));
}
