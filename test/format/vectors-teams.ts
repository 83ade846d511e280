import { toHex } from "../../src/domain/bytes.ts";
import { projectId, repoId, teamId } from "../../src/domain/ids.ts";
import type { LaneId, PersonId } from "../../src/domain/ids.ts";
import { deviceIdOf, laneIdFrom } from "../../src/format/ids.ts";
import type { StatementBody } from "../../src/format/statement-body.ts";
import { ok } from "./vector.ts";
import type { Vector } from "./vector.ts";
import { wrapOf } from "./vectors-replay.ts";
import type { Step, replayScene } from "./vectors-replay.ts";
import type { World } from "./world.ts";

/** Chains with teams, removals and successions. All go on from one of two good ones. */
export function teamVectors(world: World, { secret, chain, member, add, deviceOf }: ReturnType<typeof replayScene>): Vector[] {
  const { hashes, signer } = world.crypto;
  const ada = world.deviceSeed;
  const [bob, cara, eve] = [member("bob"), member("cara"), member("eve")];
  const [team, other] = [teamId("aa".repeat(16)), teamId("bb".repeat(16))];
  const to = (person: PersonId, length = 32, epoch = 0) => ({ person, epoch, wrap: wrapOf(length) });
  const nominate = (person: PersonId, by = ada): Step => [by, { type: "nominate", team, person }];
  const admit = (person: PersonId, by = bob.device, epoch = 0): Step => [by, { type: "admit", team, person, epoch, box: wrapOf(32) }];
  const teamKey = (by: Uint8Array, epoch: number, people: readonly PersonId[], keyEpoch = 0): Step => {
    const before = epoch === 0 ? {} : { before: wrapOf(32) };
    return [by, { type: "team-key", team, epoch, key: world.personKey, boxes: people.map((person) => to(person, 32, keyEpoch)), ...before }];
  };
  const leave = (person: PersonId, by: Uint8Array): Step => [by, { type: "team-removal", team, person }];
  const grant = (type: "grant" | "withdraw", by = ada, project = world.project): Step => [by, { type, team, project }];
  const administrator = (person: PersonId, is: boolean, by = ada): Step => [by, { type: "administrator", person, is }];
  const epoch = (people: readonly PersonId[], n = 1) => ({ epoch: n, sign: secret("m"), box: world.personKey, boxes: people.map((person) => ({ person, wrap: wrapOf(64) })), before: wrapOf(32) });
  const lane = (byte: number): LaneId => laneIdFrom(new Uint8Array(16).fill(byte));
  const frozen = (...heads: readonly (readonly [byte: number, seq: number])[]) => [{ repo: world.repo, lanes: heads.map(([byte, seq]) => ({ lane: lane(byte), seq, hash: secret(`header ${seq}`) })) }];
  const remove = (person: PersonId, remaining: readonly PersonId[], more: object = {}, by = ada): Step => {
    const body: StatementBody = { type: "removal", person, departed: false, membership: epoch(remaining), frozen: frozen([0x77, 3], [0xd0, 5]) };
    return [by, { ...body, ...more }];
  };
  const removeDevice = (by: Uint8Array, device: Uint8Array): Step => [
    by, { type: "device-removal", device: deviceIdOf(hashes, signer.publicKey(device)), membership: epoch([world.person, bob.id, cara.id]), frozen: frozen() },
  ];
  const laptop = secret("bob laptop");
  const addLaptop: Step = [bob.device, { type: "device", device: deviceOf(bob.id, laptop, bob.device), box: wrapOf(32) }];
  const inner = wrapOf(32);
  const succession = (more: object = {}, by = bob.device): Step => [by, { type: "succession", succession: { team, teamEpoch: 0, keyEpoch: 0, hash: hashes.h(inner), boxes: [to(world.person, inner.length)], ...more } }];
  const takeBack: Step = [bob.device, { type: "succession", succession: null }];

  const begun = chain([add(bob), add(cara), [ada, { type: "team", team, name: wrapOf(20) }], nominate(bob.id)]);
  const base = chain([teamKey(bob.device, 0, [bob.id]), nominate(cara.id), admit(cara.id), grant("grant")], begun);
  const [nominated, full] = ["a team with somebody nominated", "a team of two, granted a project"];
  const from = (name: string, before: readonly Uint8Array[]) => (what: string, expect: string, steps: readonly Step[], more: object = {}): Vector => ({
    name: what, expect, after: name, statements: chain(steps, before).slice(before.length).map(toHex), ...more,
  });
  const early = from(nominated, begun);
  const v = from(full, base);
  const bad = "workspace-invalid";
  const all = [world.person, bob.id, cara.id];
  const withoutBob = [world.person, cara.id];
  return [
    { name: nominated, expect: ok, statements: begun.map(toHex), people: 3, teams: [[0, 1, 0, 0, 0, 0]] },
    early(full, ok, [teamKey(bob.device, 0, [bob.id]), nominate(cara.id), admit(cara.id), grant("grant")], { teams: [[2, 0, 1, 1, 0, 0]] }),
    early("a team twice", bad, [[ada, { type: "team", team, name: wrapOf(20) }]]),
    early("a team by somebody who is no administrator", bad, [[bob.device, { type: "team", team: other, name: wrapOf(20) }]]),
    early("a nomination by the nominated", bad, [nominate(cara.id, cara.device)]),
    early("a nomination for a team that is not known", bad, [[ada, { type: "nominate", team: other, person: bob.id }]]),
    early("a nomination of a stranger", bad, [nominate(eve.id)]),
    early("a nomination twice", bad, [nominate(bob.id)]),
    early("a first team key by an administrator", bad, [teamKey(ada, 0, [world.person])]),
    early("a first team key boxed to somebody else too", bad, [nominate(cara.id), teamKey(bob.device, 0, [bob.id, cara.id])]),
    early("a first team key without a box", bad, [teamKey(bob.device, 0, [])]),
    early("a first team key with epoch 1", bad, [teamKey(bob.device, 1, [bob.id])]),
    early("a nomination that ends", ok, [leave(bob.id, bob.device)], { teams: [[0, 0, 0, 0, 0, 0]] }),
    early("a team removal of nobody", bad, [leave(cara.id, ada)]),
    early("a succession for a team without a key", bad, [succession()]),
    v("a second team key", ok, [teamKey(cara.device, 1, [bob.id, cara.id])], { teams: [[2, 0, 2, 1, 0, 0]] }),
    v("a team key with an epoch left out", bad, [teamKey(cara.device, 2, [bob.id, cara.id])]),
    v("a team key by an administrator", bad, [teamKey(ada, 1, [bob.id, cara.id])]),
    v("a team key by an administrator who boxes it to himself", bad, [nominate(world.person), teamKey(ada, 1, [world.person, bob.id, cara.id])]),
    v("a team key without a box for a member", bad, [teamKey(bob.device, 1, [bob.id])]),
    v("a team key with a box for an outsider", bad, [teamKey(bob.device, 1, [world.person, bob.id, cara.id])]),
    v("a team key boxed to another epoch", bad, [teamKey(bob.device, 1, [bob.id, cara.id], 1)]),
    v("an admission by an administrator", bad, [nominate(world.person), admit(world.person, ada)]),
    v("an admission of somebody who is not nominated", bad, [admit(world.person)]),
    v("an admission to another epoch of the person key", bad, [nominate(world.person), admit(world.person, bob.device, 1)]),
    v("an admission while the team is due", bad, [leave(cara.id, ada), nominate(world.person), admit(world.person)]),
    v("a member leaves, and a new key follows", ok, [leave(cara.id, cara.device), teamKey(bob.device, 1, [bob.id])], { teams: [[1, 0, 2, 1, 0, 0]] }),
    v("a removal from a team by another member", bad, [leave(cara.id, bob.device)]),
    v("a team that loses its last member", ok, [leave(cara.id, ada), leave(bob.id, ada), grant("withdraw")], { teams: [[0, 0, 1, 0, 1, 1]] }),
    v("a nomination for a dead team", bad, [leave(cara.id, ada), leave(bob.id, ada), nominate(world.person)]),
    v("a grant by a member", bad, [grant("withdraw"), grant("grant", bob.device)]),
    v("a grant of what is granted", bad, [grant("grant")]),
    v("a grant of a project that is not known", bad, [grant("grant", ada, projectId("33".repeat(16)))]),
    v("a withdrawal of what is not granted", bad, [grant("withdraw"), grant("withdraw")]),
    v("a second administrator", ok, [administrator(bob.id, true), administrator(world.person, false, bob.device)], { administrators: 1 }),
    v("an administrator who makes himself", bad, [administrator(bob.id, true, bob.device)]),
    v("an administrator twice", bad, [administrator(world.person, true)]),
    v("the last administrator ends", bad, [administrator(world.person, false)]),
    v("a removal", ok, [remove(bob.id, withoutBob)], { people: 3, living: 2, membership: 2, teams: [[1, 0, 1, 1, 1, 0]], frozen: [2] }),
    v("a removal by somebody who is no administrator", bad, [remove(cara.id, [world.person, bob.id], {}, bob.device)]),
    v("a removal of the last administrator", bad, [remove(world.person, [bob.id, cara.id])]),
    v("a removal whose key is boxed to the removed", bad, [remove(bob.id, all)]),
    v("a removal of the removed", bad, [remove(bob.id, withoutBob), remove(bob.id, withoutBob, { membership: epoch(withoutBob, 2) })]),
    v("a removed device goes on", bad, [remove(bob.id, withoutBob), leave(cara.id, bob.device)]),
    v("a removal that takes back what was frozen", bad, [remove(bob.id, withoutBob), remove(cara.id, [world.person], { membership: epoch([world.person], 2), frozen: frozen([0x77, 2]) })]),
    v("two removals", ok, [remove(bob.id, withoutBob), remove(cara.id, [world.person], { membership: epoch([world.person], 2), frozen: frozen([0x77, 4], [0x11, 0]) })], { living: 1, frozen: [3], teams: [[0, 0, 1, 1, 1, 1]] }),
    v("a removal of two repositories, one twice", bad, [remove(bob.id, withoutBob, { frozen: [...frozen(), ...frozen(), { repo: repoId("00".repeat(32)), lanes: [] }] })]),
    v("a device removal", ok, [addLaptop, removeDevice(bob.device, laptop)], { living: 3, membership: 2, teams: [[2, 0, 1, 1, 1, 0]], frozen: [0] }),
    v("a team key while a person key is due", bad, [addLaptop, removeDevice(bob.device, laptop), teamKey(cara.device, 1, [bob.id, cara.id])]),
    v("a device removal by somebody else", bad, [addLaptop, removeDevice(cara.device, laptop)]),
    v("a device that removes itself", bad, [addLaptop, removeDevice(laptop, laptop)]),
    v("a device removal of a stranger's device", bad, [removeDevice(ada, laptop)]),
    v("a succession, a departure", ok, [succession(), remove(bob.id, withoutBob, { departed: true, succession: inner })], { living: 2 }),
    v("a departure without a succession", ok, [succession(), takeBack, remove(bob.id, withoutBob, { departed: true })], { living: 2 }),
    v("a succession for other epochs", bad, [succession({ teamEpoch: 1 })]),
    v("a succession sealed to somebody who is no administrator", bad, [succession({ boxes: [to(cara.id, inner.length)] })]),
    v("a succession sealed to nobody", bad, [succession({ boxes: [] })]),
    v("a succession taken back that is not there", bad, [takeBack]),
    v("a departure that keeps back what was signed", bad, [succession(), remove(bob.id, withoutBob, { departed: true })]),
    v("a departure with another succession than was signed", bad, [succession({ hash: secret("another") }), remove(bob.id, withoutBob, { departed: true, succession: inner })]),
    v("a removal in anger with a succession", bad, [succession(), remove(bob.id, withoutBob, { succession: inner })]),
  ];
}
