import { beforeAll, expect, it } from "vitest";
import { loadCrypto } from "../../src/adapters/crypto/libsodium.ts";
import { UnlockedIdentity } from "../../src/app/identity/unlocked.ts";
import { foundWorkspace, newRepository, say } from "../../src/app/workspace/found.ts";
import { ownEntryProblem } from "../../src/app/workspace/own-entry.ts";
import { personKeyBody } from "../../src/app/workspace/person-key.ts";
import type { WorkspaceState } from "../../src/domain/workspace/state.ts";
import type { Crypto } from "../../src/ports/crypto.ts";
import { makePerson, type TestPerson } from "../workspace/people.ts";

let crypto: Crypto;
let ann: TestPerson;
let state: WorkspaceState;
beforeAll(async () => {
  crypto = await loadCrypto();
  ann = makePerson(crypto, 2);
  const { repo, genesis } = newRepository(crypto, ann.acting.sign);
  state = foundWorkspace(crypto, ann.acting, { founder: { name: "Ann" }, projectName: "shop", repo, repoGenesis: genesis, home: repo }).state;
});

function identityOf(index: number, box?: Uint8Array): UnlockedIdentity {
  const device = ann.devices[index];
  if (device === undefined) throw new RangeError("no such device");
  const secrets = { person: ann.id, device: device.id, sign: device.sign, box: box ?? device.box, keys: [{ epoch: 0, seed: ann.keySeed }], membership: [] };
  return new UnlockedIdentity(secrets, { kdf: { alg: "none", key: new Uint8Array(32) }, key: new Uint8Array(32) });
}

it("has nothing to say of an entry that is right", () => {
  expect([0, 1].map((index) => ownEntryProblem(crypto, state, identityOf(index)))).toEqual([null, null]);
});

it("alarms about a box key that is not that of the device", () => {
  expect(ownEntryProblem(crypto, state, identityOf(0, crypto.random.bytes(32)))).toMatchObject({ code: "signature-invalid", message: expect.stringContaining("another key in your entry") });
});

it("alarms about a person key that another device made and kept from this one", () => {
  const [first, second] = ann.devices;
  if (first === undefined || second === undefined) throw new RangeError("two devices");
  const renewal = { person: ann.id, seed: crypto.random.bytes(32), known: [{ epoch: 0, seed: ann.keySeed }] };
  const by = { device: second.id, sign: second.sign };
  const shared = say(crypto, by, state, [(at) => personKeyBody(crypto, by, at, renewal)]).state;
  expect(ownEntryProblem(crypto, shared, identityOf(0))).toBeNull();
  const kept = say(crypto, by, state, [(at) => personKeyBody(crypto, by, at, { ...renewal, without: first.id })]).state;
  expect(ownEntryProblem(crypto, kept, identityOf(0))).toMatchObject({ code: "signature-invalid" });
  expect(ownEntryProblem(crypto, kept, identityOf(1))).toBeNull();
});
