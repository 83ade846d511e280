import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { loadCrypto } from "../../src/adapters/crypto/libsodium.ts";
import { boxMembership, genesisBody, membershipBody, membershipSecret, personBody, projectBody, signStatement } from "../../src/app/workspace/compose.ts";
import type { MembershipSecret } from "../../src/app/workspace/compose.ts";
import { certifyLane, currentSeeds, verifyCertificate } from "../../src/app/workspace/certificate.ts";
import { addDevice, connectRepository, foundWorkspace, newProjectId, newRepository, say } from "../../src/app/workspace/found.ts";
import type { Founded } from "../../src/app/workspace/found.ts";
import { joinEnvelope } from "../../src/app/workspace/join.ts";
import { nameKeys, openMembership, openPersonKeys, personName, projectName } from "../../src/app/workspace/member.ts";
import { replayChain, replayNext } from "../../src/app/workspace/replay.ts";
import { isHxError } from "../../src/domain/errors.ts";
import type { ErrorCode } from "../../src/domain/errors.ts";
import { workspaceId } from "../../src/domain/ids.ts";
import type { RepoId } from "../../src/domain/ids.ts";
import { compareChains } from "../../src/domain/workspace/compare.ts";
import { boxesFor, isAdministrator, isConnected, membershipKey, personOfSigningKey } from "../../src/domain/workspace/state.ts";
import type { WorkspaceState } from "../../src/domain/workspace/state.ts";
import { decodeCard, encodeCard } from "../../src/format/card.ts";
import { decodeCbor } from "../../src/format/cbor.ts";
import { decodeEnvelope, encodeEnvelope, signEnvelope } from "../../src/format/envelope.ts";
import type { SealedName } from "../../src/format/sealed-name.ts";
import type { StatementBody } from "../../src/format/statement-body.ts";
import { personKeyContext } from "../../src/format/wrap.ts";
import type { Crypto } from "../../src/ports/crypto.ts";
import { makeDevice, makePerson, makePersonKey } from "./people.ts";
import type { TestPerson } from "./people.ts";

let crypto: Crypto;
let ann: TestPerson;
let bob: TestPerson;
let founded: Founded;
let repo: RepoId;
let repoGenesis: Uint8Array;
let secret: MembershipSecret;
let withBob: { readonly statements: readonly Uint8Array[]; readonly state: WorkspaceState };

beforeAll(async () => {
  crypto = await loadCrypto();
  ann = makePerson(crypto);
  bob = makePerson(crypto, 2);
  ({ repo, genesis: repoGenesis } = newRepository(crypto, ann.acting.sign));
  founded = foundWorkspace(crypto, ann.acting, { founder: { name: "Ann Árbol", email: "ann@example.org" }, projectName: "web", repo, repoGenesis, home: repo });
  secret = membershipSecret(crypto, 0, founded.membership.seeds);
  const bobJoins = say(crypto, ann.acting, founded.state, [() => personBody(crypto, asks(bob, { name: "Bob", email: "bob@example.org" }), secret)]);
  withBob = { statements: [...founded.statements, ...bobJoins.statements], state: bobJoins.state };
});

const asks = (person: TestPerson, name: SealedName = { name: "somebody" }) => joinEnvelope(crypto, person.acting, founded.state, name);
const before = () => secret.seeds.subarray(32, 64);
const target = (person: TestPerson) => ({ person: person.id, key: crypto.wrapper.publicKey(person.keySeed) });
const next = (signer: { device: TestPerson["acting"]["device"]; sign: Uint8Array }, body: StatementBody, state = withBob.state) => replayNext(crypto, state, signStatement(crypto, signer, state, body));

function refusal(code: ErrorCode, action: () => unknown, why?: RegExp): void {
  let seen: unknown;
  try {
    action();
  } catch (error) {
    seen = error;
  }
  expect(isHxError(seen) ? seen.code : seen).toBe(code);
  if (why !== undefined) expect(isHxError(seen) ? seen.message : "").toMatch(why);
}

describe("a workspace that was founded", () => {
  it("replays to what was said", () => {
    const state = replayChain(crypto, founded.statements);
    expect(state).toEqual(founded.state);
    expect(state.head.n).toBe(2);
    expect(isAdministrator(state, ann.id)).toBe(true);
    expect(isConnected(state, repo)).toBe(true);
    expect(state.connections.get(repo)?.projects).toEqual([founded.project]);
    expect(personOfSigningKey(state, crypto.signer.publicKey(ann.sign))?.id).toBe(ann.id);
    expect(boxesFor(state, ann.acting.device).map(({ epoch }) => epoch)).toEqual([0]);
    expect(membershipKey(state, 1)).toBeNull();
  });

  it("opens for its members, from the device and from the phrase, and for nobody else", () => {
    for (const opener of [{ device: ann.acting.device, seed: ann.devices[0]?.box ?? new Uint8Array(32) }, { seed: ann.recovery }]) {
      const keys = openPersonKeys(crypto, withBob.state, ann.id, opener);
      expect(keys).toEqual([{ epoch: 0, seed: ann.keySeed }]);
      const membership = openMembership(crypto, withBob.state, ann.id, keys);
      expect(membership).toEqual([founded.membership]);
      const names = nameKeys(crypto, withBob.state, membership);
      expect(personName(crypto, withBob.state, names, bob.id)).toEqual({ name: "Bob", email: "bob@example.org" });
      expect(projectName(crypto, withBob.state, names, founded.project)).toBe("web");
    }
    const bobs = openMembership(crypto, withBob.state, bob.id, [{ epoch: 0, seed: bob.keySeed }]);
    expect(personName(crypto, withBob.state, nameKeys(crypto, withBob.state, bobs), ann.id)?.name).toBe("Ann Árbol");
    expect(openMembership(crypto, founded.state, bob.id, [{ epoch: 0, seed: bob.keySeed }])).toEqual([]);
    expect(openMembership(crypto, withBob.state, ann.id, [{ epoch: 0, seed: bob.keySeed }])).toEqual([]);
    expect(personName(crypto, withBob.state, new Map(), ann.id)).toBeNull();
  });

  it("certifies lanes, of this repository, this lane and this epoch only", () => {
    const lane = crypto.random.bytes(32);
    const eraser = crypto.random.bytes(32);
    const seeds = currentSeeds(withBob.state, [founded.membership]);
    if (seeds === null) throw new Error("no seeds");
    const certificate = certifyLane(crypto.signer, seeds, repo, lane, eraser);
    expect(verifyCertificate(crypto.signer, withBob.state, certificate, { repo, lane, eraser })).toBe(true);
    expect(verifyCertificate(crypto.signer, withBob.state, certificate, { repo, lane: eraser, eraser })).toBe(false);
    expect(verifyCertificate(crypto.signer, withBob.state, certificate, { repo, lane, eraser: lane })).toBe(false);
    expect(verifyCertificate(crypto.signer, withBob.state, { ...certificate, epoch: 1 }, { repo, lane, eraser })).toBe(false);
    const other = newRepository(crypto, ann.acting.sign).repo;
    expect(verifyCertificate(crypto.signer, withBob.state, certificate, { repo: other, lane, eraser })).toBe(false);
    const elsewhere = { ...withBob.state, workspace: workspaceId("0".repeat(64)) };
    expect(verifyCertificate(crypto.signer, elsewhere, certificate, { repo, lane, eraser })).toBe(false);
    expect(currentSeeds(elsewhere, [founded.membership])).toBeNull();
  });
});

describe("genesis", () => {
  it("is refused when its card is not signed as it must be", () => {
    const stranger = makePerson(crypto);
    const card = decodeCard(ann.card);
    const strangers = decodeCard(stranger.card);
    const make = (changed: Partial<typeof card>) =>
      replayChain(crypto, [signStatement(crypto, ann.acting, null, genesisBody(crypto, { home: repo, card: encodeCard({ ...card, ...changed }), founder: target(ann), name: { name: "x" }, membership: secret }))]);
    expect(make({}).head.n).toBe(0);
    refusal("workspace-invalid", () => make({ person: forged(card.person, "hx/person/v1") }), /statement 0 .*person/);
    refusal("workspace-invalid", () => make({ devices: [...card.devices, ...strangers.devices] }), /another person/);
    const selfSigned = makeDevice(crypto, ann.id, stranger.sign);
    refusal("workspace-invalid", () => make({ devices: [...card.devices, selfSigned.envelope] }), /signed neither/);
    refusal("workspace-invalid", () => make({ keys: strangers.keys }), /of another person/);
    refusal("workspace-invalid", () => make({ keys: [] }), /no person key/);
    refusal("workspace-invalid", () => make({ devices: [] }), /no device/);
    refusal("workspace-invalid", () => make({ devices: [...card.devices, ...card.devices] }), /there already/);
    refusal("workspace-invalid", () => make({ keys: [...card.keys, ...card.keys] }), /epoch 0 where 1/);
  });

  it("is made by a device of its founder, and signed by it", () => {
    const body = genesisBody(crypto, { home: repo, card: ann.card, founder: target(ann), name: { name: "x" }, membership: secret });
    refusal("workspace-invalid", () => replayChain(crypto, [signStatement(crypto, bob.acting, null, body)]), /not made by a device/);
    refusal("workspace-invalid", () => replayChain(crypto, [signStatement(crypto, { device: ann.acting.device, sign: bob.acting.sign }, null, body)]), /not signed by/);
  });

  it("boxes the membership key to its founder and to nobody else", () => {
    const body = genesisBody(crypto, { home: repo, card: ann.card, founder: target(bob), name: { name: "x" }, membership: secret });
    refusal("workspace-invalid", () => replayChain(crypto, [signStatement(crypto, ann.acting, null, body)]), /boxed to/);
  });

  it("stands first, and only there", () => {
    refusal("workspace-invalid", () => replayChain(crypto, []), /empty/);
    refusal("workspace-invalid", () => replayChain(crypto, founded.statements.slice(1)));
    refusal("workspace-invalid", () => replayChain(crypto, [...founded.statements, founded.statements[0] ?? new Uint8Array()]));
  });
});

describe("the chain", () => {
  it("does not survive a statement that is removed, reordered, repeated, altered or put in from another chain", () => {
    const [genesis, project, connect, person] = withBob.statements;
    if (genesis === undefined || project === undefined || connect === undefined || person === undefined) throw new Error("short chain");
    refusal("workspace-invalid", () => replayChain(crypto, [genesis, connect, person]), /statement 1/);
    refusal("workspace-invalid", () => replayChain(crypto, [genesis, person, project, connect]), /statement 1/);
    refusal("workspace-invalid", () => replayChain(crypto, [genesis, project, project, connect]), /statement 2/);
    const other = foundWorkspace(crypto, ann.acting, { founder: { name: "Ann" }, projectName: "web", repo, repoGenesis, home: repo });
    refusal("workspace-invalid", () => replayChain(crypto, [genesis, other.statements[1] ?? new Uint8Array()]), /statement 1 .*another workspace/);
  });

  it("names the statement in which one byte was changed, whichever byte", () => {
    fc.assert(
      fc.property(fc.nat(withBob.statements.length - 1), fc.nat(), fc.integer({ min: 1, max: 255 }), (n, place, mask) => {
        const changed = withBob.statements.map((statement, i) => {
          if (i !== n) return statement;
          const copy = statement.slice();
          copy[place % copy.length] = (copy[place % copy.length] ?? 0) ^ mask;
          return copy;
        });
        let code: unknown = "accepted";
        try {
          replayChain(crypto, changed);
        } catch (error) {
          code = isHxError(error) ? error.code : error;
        }
        expect(["workspace-invalid", "too-new"]).toContain(code);
      }),
      { numRuns: 60 },
    );
  });

  it("follows its predecessor: a second successor is refused after the first", () => {
    const one = signStatement(crypto, ann.acting, withBob.state, projectBody(crypto, withBob.state, newProjectId(crypto), "one"));
    const two = signStatement(crypto, ann.acting, withBob.state, projectBody(crypto, withBob.state, newProjectId(crypto), "two"));
    const after = replayNext(crypto, withBob.state, one);
    refusal("workspace-invalid", () => replayNext(crypto, after, two));
    const skipped = signStatement(crypto, ann.acting, { ...after, head: { ...after.head, hash: withBob.state.head.hash } }, projectBody(crypto, after, newProjectId(crypto), "x"));
    refusal("workspace-invalid", () => replayNext(crypto, after, skipped), /does not follow/);
  });

  it("stops with too-new at a type or version it does not know", () => {
    for (const type of ["steward", "custodian", "x"]) refusal("too-new", () => replayNext(crypto, withBob.state, raw({ type })), /statement 4/);
    refusal("too-new", () => replayNext(crypto, withBob.state, raw({ v: 2 })));
    refusal("workspace-invalid", () => replayNext(crypto, withBob.state, raw({ type: "disconnect" })));
  });
});

describe("who may", () => {
  it("administrators alone add persons, projects, connections and membership keys", () => {
    const carol = makePerson(crypto);
    const bodies: readonly StatementBody[] = [
      personBody(crypto, asks(carol), secret),
      projectBody(crypto, withBob.state, newProjectId(crypto), "api"),
      { type: "connect", ...second(), project: founded.project },
      { type: "disconnect", repo },
      membershipBody(crypto, membershipSecret(crypto, 1, crypto.random.bytes(64)), [target(ann), target(bob)], before()),
    ];
    for (const body of bodies) {
      expect(next(ann.acting, body).head.n).toBe(4);
      refusal("workspace-invalid", () => next(bob.acting, body), /not an administrator/);
      refusal("workspace-invalid", () => next(carol.acting, body), /not known/);
      refusal("workspace-invalid", () => next({ device: ann.acting.device, sign: bob.acting.sign }, body), /not signed by/);
    }
  });

  it("a person is added once, with a card and keys of their own", () => {
    refusal("workspace-invalid", () => next(ann.acting, personBody(crypto, asks(bob), secret)), /there already/);
    const eve = makePerson(crypto);
    const stolen = makeDevice(crypto, eve.id, eve.sign, bob.acting.sign);
    const card = encodeCard({ ...decodeCard(eve.card), devices: [stolen.envelope], keys: [makePersonKey(crypto, eve.id, [stolen], eve.recovery, { epoch: 0, seed: eve.keySeed }, eve.sign)] });
    const join = joinEnvelope(crypto, { person: eve.id, device: stolen.id, sign: stolen.sign, card }, withBob.state, { name: "Eve" });
    refusal("workspace-invalid", () => next(ann.acting, personBody(crypto, join, secret)), /somebody else's/);
  });

  it("a live device of the person adds a device; a new device adds itself only with the person's signature", () => {
    const byPerson = makeDevice(crypto, bob.id, bob.sign);
    const byDevice = makeDevice(crypto, bob.id, bob.acting.sign);
    const itself = (device: typeof byPerson) => ({ device: device.id, sign: device.sign });
    const box = (device: typeof byPerson) => crypto.wrapper.wrap(crypto.wrapper.publicKey(device.box), personKeyContext(bob.id, 0, device.id), bob.keySeed);
    const recovered = addDevice(crypto, itself(byPerson), withBob.state, { envelope: byPerson.envelope, box: box(byPerson) });
    expect(openPersonKeys(crypto, recovered.state, bob.id, { device: byPerson.id, seed: byPerson.box })).toEqual([{ epoch: 0, seed: bob.keySeed }]);
    expect(next(bob.acting, { type: "device", device: byDevice.envelope, box: box(byDevice) }).persons.get(bob.id)?.devices).toContain(byDevice.id);
    refusal("workspace-invalid", () => next(itself(byDevice), { type: "device", device: byDevice.envelope, box: box(byDevice) }), /needs the signature of its person/);
    refusal("workspace-invalid", () => next({ device: byPerson.id, sign: byDevice.sign }, { type: "device", device: byPerson.envelope, box: box(byPerson) }), /not signed by/);
    refusal("workspace-invalid", () => next(ann.acting, { type: "device", device: byPerson.envelope, box: box(byPerson) }), /another person cannot add/);
    const forged = makeDevice(crypto, bob.id, ann.sign);
    refusal("workspace-invalid", () => next(bob.acting, { type: "device", device: forged.envelope, box: box(forged) }), /signed neither/);
    refusal("workspace-invalid", () => next(bob.acting, { type: "device", device: bob.devices[1]?.envelope ?? new Uint8Array(), box: box(byPerson) }), /there already/);
    const stranger = makePerson(crypto);
    const unknown = makeDevice(crypto, stranger.id, stranger.sign);
    refusal("workspace-invalid", () => next(itself(unknown), { type: "device", device: unknown.envelope, box: box(unknown) }), /no member/);
  });

  it("a person key follows the one before, is signed by its person or their device, and boxed to their devices only", () => {
    const fresh = crypto.random.bytes(32);
    const key = (over: { epoch?: number; signer?: Uint8Array; devices?: TestPerson["devices"] }) =>
      makePersonKey(crypto, bob.id, over.devices ?? bob.devices, bob.recovery, { epoch: over.epoch ?? 1, seed: fresh, before: bob.keySeed }, over.signer ?? bob.acting.sign);
    const state = next(bob.acting, { type: "person-key", key: key({}) });
    expect(openPersonKeys(crypto, state, bob.id, { seed: bob.recovery }).map(({ epoch }) => epoch)).toEqual([0, 1]);
    const fewer = next(bob.acting, { type: "person-key", key: key({ devices: bob.devices.slice(0, 1) }) });
    const added = makeDevice(crypto, bob.id, bob.acting.sign);
    const box = crypto.wrapper.wrap(crypto.wrapper.publicKey(added.box), personKeyContext(bob.id, 1, added.id), fresh);
    const late = next(bob.acting, { type: "device", device: added.envelope, box }, fewer);
    expect(openPersonKeys(crypto, late, bob.id, { device: added.id, seed: added.box })).toEqual([{ epoch: 0, seed: bob.keySeed }, { epoch: 1, seed: fresh }]);
    refusal("workspace-invalid", () => next(bob.acting, { type: "person-key", key: key({ epoch: 2 }) }), /epoch 2 where 1/);
    refusal("workspace-invalid", () => next(bob.acting, { type: "person-key", key: key({ signer: ann.acting.sign }) }), /signed neither/);
    refusal("workspace-invalid", () => next(bob.acting, { type: "person-key", key: key({ devices: [...bob.devices, ...ann.devices] }) }), /no live device/);
    refusal("workspace-invalid", () => next(ann.acting, { type: "person-key", key: key({}) }), /of another person/);
  });

  it("a membership key misses no member and includes no outsider", () => {
    const outsider = makePerson(crypto);
    const fresh = membershipSecret(crypto, 1, crypto.random.bytes(64));
    const after = next(ann.acting, membershipBody(crypto, fresh, [target(ann), target(bob)], before()));
    expect(openMembership(crypto, after, bob.id, [{ epoch: 0, seed: bob.keySeed }]).map(({ epoch }) => epoch)).toEqual([0, 1]);
    refusal("workspace-invalid", () => next(ann.acting, membershipBody(crypto, fresh, [target(ann)], before())), /not boxed to/);
    refusal("workspace-invalid", () => next(ann.acting, membershipBody(crypto, fresh, [target(ann), target(bob), target(outsider)], before())), /no member/);
    refusal("workspace-invalid", () => next(ann.acting, membershipBody(crypto, fresh, [target(ann), target(bob), target(bob)], before())));
    refusal("workspace-invalid", () => next(ann.acting, membershipBody(crypto, membershipSecret(crypto, 2, crypto.random.bytes(64)), [target(ann), target(bob)], before())), /epoch 2 where 1/);
  });

  it("does not take seeds that are not those of the key in the chain", () => {
    const wrong = { ...membershipSecret(crypto, 1, crypto.random.bytes(64)), seeds: crypto.random.bytes(64) };
    const state = next(ann.acting, membershipBody(crypto, wrong, [target(ann), target(bob)], before()));
    expect(openMembership(crypto, state, ann.id, [{ epoch: 0, seed: ann.keySeed }]).map(({ epoch }) => epoch)).toEqual([0]);
    expect(boxMembership(crypto, secret, target(ann)).length).toBeGreaterThan(1000);
  });

  it("a connection names a known project and a genesis that hashes to the repo", () => {
    const other = second();
    refusal("workspace-invalid", () => next(ann.acting, { type: "connect", ...other, project: newProjectId(crypto) }), /project .* not known/);
    refusal("workspace-invalid", () => next(ann.acting, { type: "connect", repo: other.repo, genesis: repoGenesis, project: founded.project }), /does not hash/);
    refusal("workspace-invalid", () => next(ann.acting, { type: "connect", repo, genesis: repoGenesis, project: founded.project }), /connected to that project already/);
    refusal("workspace-invalid", () => next(ann.acting, { type: "connect", repo: other.repo, genesis: forged(other.genesis, "hx/repo/v1"), project: founded.project }), /not signed by/);
    refusal("workspace-invalid", () => next(ann.acting, { type: "disconnect", repo: other.repo }), /not connected/);
    const mono = connectRepository(crypto, ann.acting, withBob.state, { repo, repoGenesis, project: { name: "api" } });
    expect(mono.state.connections.get(repo)?.projects).toEqual([founded.project, mono.project]);
    expect(isConnected(next(ann.acting, { type: "disconnect", repo }, mono.state), repo)).toBe(false);
  });
});

describe("two copies of a chain", () => {
  const hash = (n: number) => Uint8Array.of(n, n >> 8);

  it("are equal, one a prefix of the other, or forked at the first difference", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(40000), { maxLength: 8 }), fc.array(fc.nat(40000), { maxLength: 4 }), fc.array(fc.nat(40000), { maxLength: 4 }), (stem, a, b) => {
        const ours = [...stem, ...a].map(hash);
        const theirs = [...stem, ...b].map(hash);
        const text = (list: readonly Uint8Array[]) => list.map((item) => item.join(".")).join("/");
        const relation = compareChains(ours, theirs);
        if (relation.kind === "equal") expect(text(ours)).toBe(text(theirs));
        if (relation.kind === "behind") expect(text(theirs.slice(0, theirs.length - relation.by))).toBe(text(ours));
        if (relation.kind === "ahead") expect(text(ours.slice(0, ours.length - relation.by))).toBe(text(theirs));
        if (relation.kind === "fork") {
          expect(text(ours.slice(0, relation.at))).toBe(text(theirs.slice(0, relation.at)));
          expect(text(ours.slice(relation.at, relation.at + 1))).not.toBe(text(theirs.slice(relation.at, relation.at + 1)));
        } else expect(text(ours).startsWith(text(theirs)) || text(theirs).startsWith(text(ours))).toBe(true);
      }),
    );
  });
});

function second(): { readonly repo: RepoId; readonly genesis: Uint8Array } {
  return newRepository(crypto, ann.acting.sign);
}

function forged(envelope: Uint8Array, type: "hx/person/v1" | "hx/repo/v1"): Uint8Array {
  const parts = decodeEnvelope(envelope, type);
  return encodeEnvelope({ ...parts, signature: crypto.signer.sign(bob.sign, parts.payload) });
}

/** A statement by Ann that this program could not have made. */
function raw(over: { readonly type?: string; readonly v?: number }): Uint8Array {
  const { head, workspace } = withBob.state;
  const made = signStatement(crypto, ann.acting, withBob.state, { type: "disconnect", repo });
  const by = decodeCbor(decodeEnvelope(made, "hx/statement/v1").payload);
  if (!(by instanceof Map)) throw new Error(`no map for ${workspace} at ${head.n}`);
  return signEnvelope("hx/statement/v1", new Map([...by, ...Object.entries(over), ["body", new Map()]]), (message) => crypto.signer.sign(ann.acting.sign, message));
}
