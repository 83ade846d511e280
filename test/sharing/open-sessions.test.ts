import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openOwnSessions, openWhatOpens, type OwnSession } from "../../src/app/sharing/open-sessions.ts";
import type { Ledger } from "../../src/app/ledger.ts";
import { sessionId } from "../../src/domain/ids.ts";
import { makeDesk, type Desk } from "../capture/desk.ts";
import { capturedWith, publishedOwn } from "./own-sessions.ts";

let desk: Desk;
let ledger: Ledger;
let own: readonly OwnSession[];
const ids = Array.from({ length: 3 }, () => randomUUID());

beforeAll(async () => {
  desk = await makeDesk();
  for (const id of ids) await capturedWith(desk, id, `session ${id}`);
  ({ ledger, own } = await publishedOwn(desk));
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
