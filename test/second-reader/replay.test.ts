import sodium from "libsodium-wrappers";
import { describe, expect, it } from "vitest";
import { concat, toHex, utf8 } from "./bytes.ts";
import { type Cbor, encodeCbor, encodeObject } from "./cbor.ts";
import { openDeviceKey } from "./device-key.ts";
import { codeOf } from "./errors.ts";
import { readLaneVector } from "./lane-vector.ts";
import { H, H16, signingPublicKey } from "./primitives.ts";
import { type Workspace, replay } from "./workspace.ts";
import { statementsOf } from "./workspace-chain.ts";

const vector = readLaneVector();
const chain = statementsOf(vector.rootTree);
const workspaceId = vector.json.bytes("workspace_id");
const founder = openDeviceKey(vector.json.bytes("device_key_file"), { key: new Uint8Array(32) });
const box = new Uint8Array(1216);
const wrapOf = (length: number): Uint8Array => concat(Uint8Array.of(1, 1), new Uint8Array(1136 + length));

function sign(type: string, seed: Uint8Array, payload: Record<string, Cbor>): Uint8Array {
  const bytes = encodeObject(payload);
  const secret = sodium.crypto_sign_seed_keypair(seed).privateKey;
  return encodeCbor([type, bytes, sodium.crypto_sign_detached(concat(utf8(type), Uint8Array.of(0), bytes), secret)]);
}

/** A person with made-up keys; the seeds are one byte, repeated. */
function personOf(byte: number): { id: Uint8Array; card: Cbor; device: Uint8Array; sign: Uint8Array } {
  const [personSeed, device] = [new Uint8Array(32).fill(byte), new Uint8Array(32).fill(byte + 1)];
  const payload = { v: 1, sign: signingPublicKey(personSeed), recovery: box, nonce: new Uint8Array(16) };
  const id = H16(encodeObject(payload));
  const key = { v: 1, person: id, epoch: 0, key: box, boxes: [[idOf(device), wrapOf(32)]], recovery: wrapOf(32) };
  const card = new Map<string, Cbor>([
    ["person", sign("hx/person/v1", personSeed, payload)],
    ["devices", [deviceOf(id, device, personSeed)]],
    ["keys", [sign("hx/person-key/v1", device, key)]],
  ]);
  return { id, card, device, sign: personSeed };
}

function deviceOf(person: Uint8Array, seed: Uint8Array, signer: Uint8Array): Uint8Array {
  return sign("hx/device/v1", signer, { v: 1, person, sign: signingPublicKey(seed), box });
}

function idOf(seed: Uint8Array): Uint8Array {
  return H16(signingPublicKey(seed));
}

type Step = [type: string, seed: Uint8Array, body: Record<string, Cbor>];

function after(...steps: Step[]): Workspace {
  const all = [...chain];
  for (const [type, seed, body] of steps) {
    all.push(sign("hx/statement/v1", seed, {
      v: 1, ws: workspaceId, n: all.length, prev: H(all.at(-1) ?? box), by: idOf(seed), type, body: new Map(Object.entries(body)),
    }));
  }
  return replay(all);
}

const bob = personOf(10);
const project: Record<string, Cbor> = { project: new Uint8Array(16), name: wrapOf(20) };
const addBob: Step = ["person", founder.sign, {
  join: sign("hx/join/v1", bob.device, { v: 1, ws: workspaceId, card: bob.card, name: wrapOf(20), epoch: 0 }), membership: wrapOf(64),
}];
const laptop = new Uint8Array(32).fill(20);
const addLaptop = (by: Uint8Array, signer: Uint8Array): Step => (
  ["device", by, { device: deviceOf(bob.id, laptop, signer), box: wrapOf(32) }]
);
const nextKey = (by: Uint8Array, epoch: number): Step => ["person-key", by, {
  key: sign("hx/person-key/v1", by, { v: 1, person: bob.id, epoch, key: box, boxes: [], recovery: wrapOf(32), before: wrapOf(32) }),
}];
const membership = (by: Uint8Array, epoch: number, people: Uint8Array[]): Step => ["membership", by, {
  epoch, sign: new Uint8Array(32), box, before: wrapOf(32), boxes: people.sort(Buffer.compare).map((id) => [id, wrapOf(64)]),
}];
const repo = { repo: vector.json.bytes("repo_id") };
const connect: Record<string, Cbor> = {
  ...repo, project: vector.json.bytes("project_id"), genesis: vector.json.bytes("repo_genesis"),
};

describe("replay", () => {
  it("takes people, devices, keys, membership, projects and connections", () => {
    const workspace = after(
      addBob, addLaptop(bob.device, bob.device), nextKey(laptop, 1), membership(founder.sign, 1, [founder.person, bob.id]),
      ["project", founder.sign, project], ["disconnect", founder.sign, repo], ["connect", founder.sign, connect],
    );
    expect(workspace.people.get(toHex(bob.id))?.devices.size).toBe(2);
    expect(workspace.people.get(toHex(bob.id))?.keys.length).toBe(2);
    expect(workspace.memberships.length).toBe(2);
    expect(workspace.administrators.size).toBe(1);
  });
  it("takes a device that the person signed and that adds itself", () => {
    expect(after(addBob, addLaptop(laptop, bob.sign)).people.get(toHex(bob.id))?.devices.size).toBe(2);
  });
  const refused: Record<string, Step[]> = {
    "a project by somebody who is no administrator": [addBob, ["project", bob.device, project]],
    "a statement by an unknown device": [["project", laptop, project]],
    "a person twice": [addBob, addBob],
    "a device that adds itself, signed by another device": [addBob, addLaptop(laptop, bob.device)],
    "a device added by somebody else": [addBob, addLaptop(founder.sign, bob.sign)],
    "a membership epoch left out": [membership(founder.sign, 2, [founder.person])],
    "a membership without a box for a member": [addBob, membership(founder.sign, 1, [founder.person])],
    "a repository connected twice": [["connect", founder.sign, connect]],
    "a repository disconnected twice": [["disconnect", founder.sign, repo], ["disconnect", founder.sign, repo]],
  };
  for (const [name, steps] of Object.entries(refused)) {
    it(`refuses ${name}`, () => {
      let code: string | undefined = "ok";
      try {
        after(...steps);
      } catch (error) {
        code = codeOf(error);
      }
      expect(code).toBe("workspace-invalid");
    });
  }
  it("stops at a type that is reserved", () => {
    expect(() => after(["steward", founder.sign, {}])).toThrow("too-new");
  });
});
