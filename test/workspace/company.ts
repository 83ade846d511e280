import { expect } from "vitest";
import { loadCrypto } from "../../src/adapters/crypto/libsodium.ts";
import { membershipSecret, personBody, signStatement } from "../../src/app/workspace/compose.ts";
import { newTeamId, admitBody, teamBody, teamKeyBody } from "../../src/app/workspace/compose-team.ts";
import { deviceRemovalBody, removalBody } from "../../src/app/workspace/compose-removal.ts";
import { foundWorkspace, newRepository } from "../../src/app/workspace/found.ts";
import { joinEnvelope } from "../../src/app/workspace/join.ts";
import { openMembership } from "../../src/app/workspace/member.ts";
import { replayNext } from "../../src/app/workspace/replay.ts";
import { isHxError } from "../../src/domain/errors.ts";
import type { ErrorCode } from "../../src/domain/errors.ts";
import type { DeviceId, LaneId, PersonId, ProjectId, RepoId, TeamId } from "../../src/domain/ids.ts";
import { currentMembership, currentPersonKey } from "../../src/domain/workspace/state.ts";
import type { FrozenLane, WorkspaceState } from "../../src/domain/workspace/state.ts";
import type { EpochSeed } from "../../src/format/key-file.ts";
import type { RemovalBody } from "../../src/format/removal-body.ts";
import type { StatementBody } from "../../src/format/statement-body.ts";
import type { Crypto } from "../../src/ports/crypto.ts";
import { makePerson, makePersonKey } from "./people.ts";
import type { TestPerson } from "./people.ts";

/** A person of the company, with the seeds of all epochs of their key. */
export interface Colleague extends TestPerson {
  readonly seeds: EpochSeed[];
}

/** A workspace that people speak in: Ann founded it, Bob, Carol and Dan are members. */
export class Company {
  readonly crypto: Crypto;
  readonly ann: Colleague;
  readonly bob: Colleague;
  readonly carol: Colleague;
  readonly dan: Colleague;
  readonly repo: RepoId;
  readonly project: ProjectId;
  state: WorkspaceState;

  private constructor(crypto: Crypto) {
    const person = (devices: number): Colleague => {
      const made = makePerson(crypto, devices);
      return { ...made, seeds: [{ epoch: 0, seed: made.keySeed }] };
    };
    this.crypto = crypto;
    [this.ann, this.bob, this.carol, this.dan] = [person(2), person(2), person(1), person(1)];
    const { repo, genesis } = newRepository(crypto, this.ann.acting.sign);
    const founded = foundWorkspace(crypto, this.ann.acting, { founder: { name: "Ann" }, projectName: "web", repo, repoGenesis: genesis, home: repo });
    this.repo = repo;
    this.project = founded.project;
    this.state = founded.state;
    for (const [who, name] of [[this.bob, "Bob"], [this.carol, "Carol"], [this.dan, "Dan"]] as const) this.letIn(who, name);
  }

  static async make(): Promise<Company> {
    return new Company(await loadCrypto());
  }

  letIn(who: TestPerson, name: string): void {
    const current = membershipSecret(this.crypto, currentMembership(this.state).epoch, this.membershipOf(this.ann));
    this.say(this.ann, personBody(this.crypto, joinEnvelope(this.crypto, who.acting, this.state, { name }), current));
  }

  /** The state after a statement, which is not kept. `device` is the number of the speaker's device. */
  after(who: TestPerson, body: StatementBody, device = 0): WorkspaceState {
    const by = who.devices[device];
    if (by === undefined) throw new RangeError("no such device");
    return replayNext(this.crypto, this.state, signStatement(this.crypto, { device: by.id, sign: by.sign }, this.state, body));
  }

  say(who: TestPerson, body: StatementBody, device = 0): void {
    this.state = this.after(who, body, device);
  }

  /** Expects that a statement contradicts the state, or that its author has not the right. */
  refuses(who: TestPerson, body: StatementBody, why: RegExp, device = 0): void {
    refusal("workspace-invalid", () => this.after(who, body, device), why);
  }

  membershipOf(who: Colleague): Uint8Array {
    const { epoch } = currentMembership(this.state);
    const seeds = openMembership(this.crypto, this.state, who.id, who.seeds).find((held) => held.epoch === epoch)?.seeds;
    if (seeds === undefined) throw new RangeError("not a member");
    return seeds;
  }

  /** A team whose members are these: the first makes its key, and admits the others. */
  team(...members: readonly Colleague[]): { readonly id: TeamId; readonly seed: Uint8Array } {
    const id = newTeamId(this.crypto);
    const seed = this.crypto.random.bytes(32);
    this.say(this.ann, teamBody(this.crypto, this.state, id, "backend"));
    const [first, ...others] = members;
    for (const { id: person } of members) this.say(this.ann, { type: "nominate", team: id, person });
    if (first === undefined) return { id, seed };
    this.say(first, teamKeyBody(this.crypto, this.state, { team: id, by: first.id, seed }));
    for (const { id: person } of others) this.say(first, admitBody(this.crypto, this.state, { team: id, person, seed }));
    return { id, seed };
  }

  removal(person: PersonId, more: { readonly departed?: boolean; readonly succession?: Uint8Array; readonly lanes?: ReadonlyMap<LaneId, FrozenLane> } = {}, by = this.ann): RemovalBody {
    const heads = new Map([[this.repo, more.lanes ?? new Map<LaneId, FrozenLane>()]]);
    const succession = more.succession === undefined ? {} : { succession: more.succession };
    return removalBody(this.crypto, this.state, { person, departed: more.departed ?? false, membership: this.membershipOf(by), heads, ...succession });
  }

  deviceRemoval(device: DeviceId | undefined, by = this.ann): StatementBody {
    if (device === undefined) throw new RangeError("no such device");
    return deviceRemovalBody(this.crypto, this.state, { device, membership: this.membershipOf(by), heads: new Map([[this.repo, new Map()]]) });
  }

  /** The next epoch of somebody's person key, boxed to their devices with these numbers. */
  nextKey(who: Colleague, devices: readonly number[]): StatementBody {
    const person = this.state.persons.get(who.id);
    const before = who.seeds.at(-1);
    if (person === undefined || before === undefined) throw new RangeError("nobody");
    const epoch = currentPersonKey(person).epoch + 1;
    const seed = this.crypto.random.bytes(32);
    who.seeds.push({ epoch, seed });
    const to = who.devices.filter((_, i) => devices.includes(i));
    return { type: "person-key", key: makePersonKey(this.crypto, who.id, to, who.recovery, { epoch, seed, before: before.seed }, who.sign) };
  }
}

export function refusal(code: ErrorCode, action: () => unknown, why?: RegExp): void {
  let seen: unknown;
  try {
    action();
  } catch (error) {
    seen = error;
  }
  expect(isHxError(seen) ? seen.code : seen).toBe(code);
  if (why !== undefined) expect(isHxError(seen) ? seen.message : "").toMatch(why);
}
