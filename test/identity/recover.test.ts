import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createIdentity } from "../../src/app/identity/create.ts";
import type { CreatedIdentity } from "../../src/app/identity/create.ts";
import { verifiedCard } from "../../src/app/identity/files.ts";
import { openIdentity } from "../../src/app/identity/open.ts";
import { Phrase } from "../../src/app/identity/phrase.ts";
import { personSigningKey, recoverIdentity } from "../../src/app/identity/recover.ts";
import { personKeyPayload } from "../../src/format/card.ts";
import type { CardEnvelopes } from "../../src/format/card.ts";
import { signEnvelope } from "../../src/format/envelope.ts";
import { personKeyBeforeContext, personKeyContext } from "../../src/format/wrap.ts";
import { Device, newDevice, removeDevices } from "./world.ts";

let old: Device;
let fresh: Device;
let lost: CreatedIdentity;

beforeEach(async () => {
  [old, fresh] = [await newDevice(), await newDevice()];
  lost = await createIdentity(old.ports, { kind: "none" });
});
afterEach(removeDevices);

/** A further epoch, as a live device of the person signs it. `recovery`: to which key the recovery wrap goes. */
function nextEpoch(card: CardEnvelopes, recoveryKey?: Uint8Array): { readonly card: CardEnvelopes; readonly seed: Uint8Array } {
  const { wrapper, signer, random } = old.ports.crypto;
  const known = verifiedCard(old.ports, card);
  const { id: person, recovery } = known.person;
  const epoch = card.keys.length;
  const seed = random.bytes(32);
  const before = epoch === 1 ? lost.identity.personKey(0) : undefined;
  if (before === undefined) throw new Error("only one more epoch");
  const payload = personKeyPayload({
    person,
    epoch,
    key: wrapper.publicKey(seed),
    boxes: [],
    recovery: wrapper.wrap(recoveryKey ?? recovery, personKeyContext(person, epoch, "recovery"), seed),
    before: wrapper.wrap(wrapper.publicKey(seed), personKeyBeforeContext(person, epoch), before),
  });
  const envelope = signEnvelope("hx/person-key/v1", payload, (message) => signer.sign(lost.identity.signSeed, message));
  return { card: { ...card, keys: [...card.keys, envelope] }, seed };
}

describe("the phrase and the card", () => {
  it("give the same person on a new device", async () => {
    const phrase = await Phrase.parse(lost.phrase.words().join(" "));
    const { identity, card, device, box } = await recoverIdentity(fresh.ports, { phrase, card: lost.card, protection: { kind: "none" } });
    expect(identity.person).toBe(lost.identity.person);
    expect(identity.device).not.toBe(lost.identity.device);
    expect(identity.personKey(0)).toEqual(lost.identity.personKey(0));
    expect((await openIdentity(fresh.ports)).secrets).toEqual(identity.secrets);
    const known = verifiedCard(fresh.ports, card);
    expect(known.devices.map(({ id }) => id)).toEqual([lost.identity.device, identity.device]);
    expect(card.devices[1]).toEqual(device);
    expect(fresh.ports.crypto.wrapper.open(identity.boxSeed, personKeyContext(identity.person, 0, identity.device), box)).toEqual(identity.personKey(0));
    expect(personSigningKey(fresh.ports.crypto, phrase)).toEqual(known.person.sign);
  });

  it("open all epochs of the person key", async () => {
    const { card, seed } = nextEpoch(lost.card);
    const { identity, box } = await recoverIdentity(fresh.ports, { phrase: lost.phrase, card, protection: { kind: "none" } });
    expect(identity.personKey(0)).toEqual(lost.identity.personKey(0));
    expect(identity.personKey(1)).toEqual(seed);
    expect(fresh.ports.crypto.wrapper.open(identity.boxSeed, personKeyContext(identity.person, 1, identity.device), box)).toEqual(seed);
  });

  it("refuse an epoch that a device boxed past the recovery key", async () => {
    const thief = fresh.ports.crypto.wrapper.publicKey(fresh.ports.crypto.random.bytes(32));
    const { card } = nextEpoch(lost.card, thief);
    await expect(recoverIdentity(fresh.ports, { phrase: lost.phrase, card, protection: { kind: "none" } })).rejects.toMatchObject({ code: "wrap-invalid" });
    expect(await fresh.ports.files.list("identity")).toEqual([]);
  });
});

describe("the way is barred", () => {
  it("for the phrase of somebody else", async () => {
    const other = await createIdentity((await newDevice()).ports, { kind: "none" });
    await expect(recoverIdentity(fresh.ports, { phrase: other.phrase, card: lost.card, protection: { kind: "none" } })).rejects.toMatchObject({ code: "wrong-phrase" });
    expect(await fresh.ports.files.list("identity")).toEqual([]);
  });

  it("where an identity is there already", async () => {
    await expect(recoverIdentity(old.ports, { phrase: lost.phrase, card: lost.card, protection: { kind: "none" } })).rejects.toMatchObject({ code: "exists" });
    expect((await openIdentity(old.ports)).device).toBe(lost.identity.device);
  });

  it("for a card with a device of somebody else, a swapped key, or a flipped bit", async () => {
    const other = await createIdentity((await newDevice()).ports, { kind: "none" });
    const attempt = (card: CardEnvelopes) => recoverIdentity(fresh.ports, { phrase: lost.phrase, card, protection: { kind: "none" } });
    await expect(attempt({ ...lost.card, devices: other.card.devices })).rejects.toMatchObject({ code: "signature-invalid" });
    await expect(attempt({ ...lost.card, keys: other.card.keys })).rejects.toMatchObject({ code: "signature-invalid" });
    await expect(attempt({ ...lost.card, keys: [] })).rejects.toMatchObject({ code: "encoding-invalid" });
    const flipped = Uint8Array.from(lost.card.keys[0] ?? []);
    flipped[flipped.length - 100] = (flipped.at(-100) ?? 0) ^ 1;
    await expect(attempt({ ...lost.card, keys: [flipped] })).rejects.toMatchObject({ code: "signature-invalid" });
    expect(await fresh.ports.files.list("identity")).toEqual([]);
  });
});
