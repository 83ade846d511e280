import { concat, toHex, utf8 } from "../../src/domain/bytes.ts";
import type { CardEnvelopes } from "../../src/format/card.ts";
import { devicePayload, openPerson, personKeyPayload, personPayload } from "../../src/format/card.ts";
import { signEnvelope } from "../../src/format/envelope.ts";
import { deviceIdOf } from "../../src/format/ids.ts";
import { projectId, workspaceId } from "../../src/domain/ids.ts";
import type { DeviceId, PersonId } from "../../src/domain/ids.ts";
import type { StatementBody } from "../../src/format/statement-body.ts";
import { joinPayload } from "../../src/format/join.ts";
import { statementPayload } from "../../src/format/statement.ts";
import { personKeyBeforeContext, personKeyContext } from "../../src/format/wrap.ts";
import { ok } from "./vector.ts";
import type { Vector, VectorFile } from "./vector.ts";
import { policyVectors } from "./vectors-policy.ts";
import { teamVectors } from "./vectors-teams.ts";
import type { World } from "./world.ts";

/** A wrap that nobody opens: a replay looks at its shape only. */
export const wrapOf = (length: number): Uint8Array => concat(Uint8Array.of(1, 1), new Uint8Array(1120 + length + 16));

export interface Member {
  readonly id: PersonId;
  readonly card: CardEnvelopes;
  readonly sign: Uint8Array;
  readonly device: Uint8Array;
}

export type Step = readonly [by: Uint8Array, body: StatementBody];

/** Epoch 1 of a person's key, which holds the seed of epoch 0; as the world's card has it, or another's. */
export function nextPersonKey(world: World, person: PersonId, signer: Uint8Array, more: object = {}): Uint8Array {
  const { hashes, signer: ed, wrapper } = world.crypto;
  const seed = hashes.h(utf8("test secret person key 1"));
  const key = wrapper.publicKey(seed);
  const recovery = wrapper.wrap(wrapper.publicKey(world.recoverySeed), personKeyContext(person, 1, "recovery"), seed);
  const before = wrapper.wrap(key, personKeyBeforeContext(person, 1), world.personKeySeed);
  return signEnvelope("hx/person-key/v1", personKeyPayload({ person, epoch: 1, key, boxes: [], recovery, before, ...more }), (message) => ed.sign(signer, message));
}

/** People who speak in the chain of the world, and what they may say. */
export function replayScene(world: World) {
  const { hashes, signer } = world.crypto;
  const secret = (label: string): Uint8Array => hashes.h(utf8(`test secret ${label}`));
  const signWith = (seed: Uint8Array) => (message: Uint8Array) => signer.sign(seed, message);
  const idOf = (seed: Uint8Array): DeviceId => deviceIdOf(hashes, signer.publicKey(seed));
  const deviceOf = (person: PersonId, seed: Uint8Array, by: Uint8Array): Uint8Array =>
    signEnvelope("hx/device/v1", devicePayload({ person, sign: signer.publicKey(seed), box: world.personKey }), signWith(by));
  const member = (label: string, device = secret(`${label} device`)): Member => {
    const sign = secret(`${label} sign`);
    const person = signEnvelope("hx/person/v1", personPayload(signer.publicKey(sign), world.personKey, secret(label).slice(0, 16)), signWith(sign));
    const { id } = openPerson(hashes, signer.verify, person);
    const key = { person: id, epoch: 0, key: world.personKey, boxes: [{ device: idOf(device), wrap: wrapOf(32) }], recovery: wrapOf(32) };
    return { id, sign, device, card: { person, devices: [deviceOf(id, device, sign)], keys: [signEnvelope("hx/person-key/v1", personKeyPayload(key), signWith(device))] } };
  };
  const chain = (steps: readonly Step[], before: readonly Uint8Array[] = world.statements): Uint8Array[] => {
    const statements = [...before];
    for (const [by, body] of steps) {
      const previous = hashes.h(statements.at(-1) ?? new Uint8Array(0));
      statements.push(signEnvelope("hx/statement/v1", statementPayload({ n: statements.length, workspace: world.workspace, previous, by: idOf(by), ...body }), signWith(by)));
    }
    return statements;
  };
  const join = (who: Pick<Member, "card" | "device">, more: object = {}, by = who.device): Uint8Array =>
    signEnvelope("hx/join/v1", joinPayload({ workspace: world.workspace, card: who.card, name: wrapOf(30), epoch: 0, ...more }), signWith(by));
  const letIn = (envelope: Uint8Array): Step => [world.deviceSeed, { type: "person", join: envelope, membership: wrapOf(64) }];
  const add = (who: Member): Step => letIn(join(who));
  return { secret, signWith, deviceOf, member, chain, join, letIn, add };
}

export function replayVectors(world: World): VectorFile {
  const scene = replayScene(world);
  const { secret, deviceOf, member, chain, join, letIn, add } = scene;
  const v = (name: string, expect: string, steps: readonly Step[], more: object = {}): Vector => ({ name, expect, statements: chain(steps).map(toHex), ...more });
  const bob = member("bob");
  const laptop = secret("bob laptop");
  const ada = world.deviceSeed;
  const addLaptop = (by: Uint8Array, envelopeBy: Uint8Array): Step => [by, { type: "device", device: deviceOf(bob.id, laptop, envelopeBy), box: wrapOf(32) }];
  const nextKey = (by: Uint8Array, more: object = {}, envelopeBy = by): Step => [by, { type: "person-key", key: nextPersonKey(world, bob.id, envelopeBy, more) }];
  const membership = (by: Uint8Array, epoch: number, people: readonly PersonId[]): Step => [
    by, { type: "membership", membership: { epoch, sign: secret("m"), box: world.personKey, ...(epoch === 0 ? {} : { before: wrapOf(32) }), boxes: people.map((person) => ({ person, wrap: wrapOf(64) })) } },
  ];
  const second = projectId("22".repeat(16));
  const project = (by: Uint8Array): Step => [by, { type: "project", project: second, name: wrapOf(20) }];
  const connect = (to = world.project): Step => [ada, { type: "connect", repo: world.repo, project: to, genesis: world.repoGenesis }];
  const disconnect: Step = [ada, { type: "disconnect", repo: world.repo }];
  const bad = "workspace-invalid";
  const good = chain([]);
  const fork = good.with(1, good[2] ?? new Uint8Array(0));
  return {
    page: "workspace.md",
    about: "Chains of statements, replayed whole; those of the vector that `after` names come first. Wraps in them are zeros: a replay does not open any. `teams`: [members, nominated, keys, grants, due, dead]; `frozen`: lanes by repository. `policies`: [published, effective] of each version.",
    vectors: [
      v("the chain of lane.json", ok, [], { people: 1, devices: 1, membership: 1, projects: 1, connections: [1] }),
      v("a person, a device, a person key, a membership epoch", ok, [add(bob), addLaptop(bob.device, bob.device), nextKey(laptop), membership(ada, 1, [world.person, bob.id])], { people: 2, devices: 3, membership: 2 }),
      v("a device that adds itself, signed by its person", ok, [add(bob), addLaptop(laptop, bob.sign)], { devices: 3 }),
      v("a person key signed by the person, said by a device", ok, [add(bob), nextKey(bob.device, {}, bob.sign)]),
      v("a repository of two projects", ok, [project(ada), connect(second)], { projects: 2, connections: [2] }),
      v("a disconnect ends all, and connect may follow", ok, [project(ada), connect(second), disconnect, connect()], { connections: [1] }),
      v("a statement left out", bad, [], { statements: [good[0], good[2]].map((bytes) => toHex(bytes ?? new Uint8Array(0))) }),
      v("a statement twice", bad, [], { statements: fork.map(toHex) }),
      v("no statements", bad, [], { statements: [] }),
      v("a project by somebody who is no administrator", bad, [add(bob), project(bob.device)]),
      v("a statement by an unknown device", bad, [project(laptop)]),
      v("a statement by the person's own key", bad, [project(world.personSeed)]),
      v("a request to join of another workspace", bad, [letIn(join(bob, { workspace: workspaceId("11".repeat(32)) }))]),
      v("a request to join signed by the person", bad, [letIn(join(bob, {}, bob.sign))]),
      v("a request to join signed by the administrator", bad, [letIn(join(bob, {}, ada))]),
      v("a name sealed to an epoch that is not there", bad, [letIn(join(bob, { epoch: 1 }))]),
      v("a person twice", bad, [add(bob), add(bob)]),
      v("a device of two people", bad, [add(bob), add(member("eve", bob.device))]),
      v("a card without a device", bad, [letIn(join({ ...bob, card: { ...bob.card, devices: [], keys: [] } }))]),
      v("a device that adds itself, signed by another device", bad, [add(bob), addLaptop(laptop, bob.device)]),
      v("a device added by somebody else", bad, [add(bob), addLaptop(ada, bob.sign)]),
      v("a device twice", bad, [add(bob), addLaptop(bob.device, bob.device), addLaptop(bob.device, bob.device)]),
      v("a person key by somebody else", bad, [add(bob), nextKey(ada)]),
      v("a person key with an epoch left out", bad, [add(bob), nextKey(bob.device, { epoch: 2 })]),
      v("a person key boxed to a device of somebody else", bad, [add(bob), nextKey(bob.device, { boxes: [{ device: world.device, wrap: wrapOf(32) }] })]),
      v("a membership epoch left out", bad, [membership(ada, 2, [world.person])]),
      v("a membership without a box for a member", bad, [add(bob), membership(ada, 1, [world.person])]),
      v("a membership with a box for a stranger", bad, [membership(ada, 1, [world.person, bob.id])]),
      v("a project twice", bad, [project(ada), project(ada)]),
      v("a connect to a project that is not known", bad, [connect(second)]),
      v("a connect to the same project", bad, [connect()]),
      v("a disconnect twice", bad, [disconnect, disconnect]),
      ...teamVectors(world, scene),
      ...policyVectors(world, scene),
    ],
  };
}
