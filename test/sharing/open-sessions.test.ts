import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import { publish } from "../../src/app/publish/publish.ts";
import { sessionsOf } from "../../src/app/read/lane-source.ts";
import { openOwnSessions, openWhatOpens, type OwnSession } from "../../src/app/sharing/open-sessions.ts";
import type { Ledger } from "../../src/app/ledger.ts";
import { sessionId } from "../../src/domain/ids.ts";
import { openHere } from "../../src/wire/here.ts";
import { identityPorts } from "../../src/wire/identity-ports.ts";
import { readSettings } from "../../src/wire/settings.ts";
import { makeDesk, opened, type Desk } from "../capture/desk.ts";
import { prompt, quiet, transcriptPath } from "../journey/claude.ts";
import { write } from "../journey/world.ts";

let desk: Desk;
let ledger: Ledger;
let own: readonly OwnSession[];
const ids = Array.from({ length: 3 }, () => randomUUID());

beforeAll(async () => {
  desk = await makeDesk();
  for (const id of ids) {
    const path = transcriptPath(desk.machine.home, desk.checkout, id);
    await write(path, prompt(`session ${id}`, desk.checkout));
    await quiet(path);
    expect(await desk.capture(id)).toMatchObject({ kind: "captured" });
  }
  const settings = readSettings(desk.machine.env);
  const here = await openHere(settings, desk.checkout, () => identityPorts(settings, { ask: async () => null }), "must");
  const writable = (await opened(desk.machine, desk.checkout)).ledger;
  await publish(writable, { state: here.state.chain.state, waitMs: 1000 });
  const { author } = here;
  const [source] = await here.mine();
  if (author === null || source === undefined) throw new Error("no lane");
  ledger = writable;
  own = (await sessionsOf(source)).map((session) => ({ author, source, session }));
});
afterAll(() => desk.world.close());

it("many own sessions open in the order asked", async () => {
  const wanted = Array.from({ length: 200 }, (_, i) => own[i % own.length]).flatMap((one) => one ?? []);
  const all = await openOwnSessions(ledger, wanted);
  expect(all.map(({ opened: { session } }) => session)).toEqual(wanted.map(({ session }) => session));
  expect(new Set(all.map(({ opened: { facts } }) => facts.id))).toEqual(new Set(ids));
});

it("one whose manifest is not signed by the lane opens nothing, and keeps back no other", async () => {
  const [first, second] = own;
  if (first === undefined || second === undefined) throw new Error("no sessions");
  const forged = { ...first, source: { ...first.source, publicKey: ledger.crypto.signer.publicKey(new Uint8Array(32).fill(9)) } };
  await expect(openOwnSessions(ledger, [second, forged])).rejects.toMatchObject({ code: "signature-invalid" });
  const lost = { ...first, session: sessionId("00".repeat(16)) };
  const each = await openWhatOpens(ledger, [forged, second, lost]);
  expect(each[0]).toMatchObject({ code: "signature-invalid" });
  expect(each[1]).toMatchObject({ session: second.session });
  expect(each[2]).toMatchObject({ code: "not-found" });
});
