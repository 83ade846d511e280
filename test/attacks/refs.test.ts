import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AS_THEY_ARE, laneSources } from "../../src/app/read/lane-source.ts";
import { listSessions } from "../../src/app/sessions/list-sessions.ts";
import { verifySessions } from "../../src/app/sessions/verify-all.ts";
import { localChain } from "../../src/app/sync/workspace-chain.ts";
import { laneId } from "../../src/domain/ids.ts";
import { encodeCbor } from "../../src/format/cbor.ts";
import { headerPayload } from "../../src/format/header.ts";
import { parseCommit } from "../../src/format/commit.ts";
import { keysRef, laneRef } from "../../src/format/paths.ts";
import { anItem, aPart, aSession, forgeAt, writeFiles } from "./lane-builder.ts";
import { expectAdmitted, expectRefused, held, makeTheatre, onStage, type Theatre } from "./outcome.ts";
import { pull } from "./scene.ts";

let theatre: Theatre;
beforeAll(async () => {
  theatre = await makeTheatre();
});
afterAll(() => theatre.scene.box.remove());

describe.concurrent("the ref of a lane on the host", () => {
  it("rolled back by one is a rollback, and forgiven when it comes back", () =>
    onStage(theatre, async (act) => {
      const { forge } = act;
      const [parent] = parseCommit(await forge.store.readCommit(forge.head)).parents;
      await forge.move(laneRef(forge.lane.id), parent ?? forge.head);
      await expectRefused(act, "lane-rollback", /from header 2 to 1/);
      await forge.move(laneRef(forge.lane.id), forge.head);
      await expectAdmitted(act, forge.head);
    }));

  it("rolled back to its first header is a rollback", () =>
    onStage(theatre, async (act) => {
      const { forge } = act;
      let at = forge.head;
      for (let parents = parseCommit(await forge.store.readCommit(at)).parents; parents[0] !== undefined; parents = parseCommit(await forge.store.readCommit(at)).parents) at = parents[0];
      await forge.move(laneRef(forge.lane.id), at);
      await expectRefused(act, "lane-rollback", /from header 2 to 0/);
    }));

  it.each<[string, boolean]>([["with its keys", true], ["without its keys", false]])("deleted %s is a rollback", (_what, both) =>
    onStage(theatre, async (act) => {
      await pull(act.reader);
      await act.forge.move(laneRef(act.forge.lane.id), null);
      if (both) await act.forge.move(keysRef(act.forge.lane.id), null);
      await expectRefused(act, "lane-rollback", /gone/);
      await expectRefused(act, "lane-rollback", /gone/);
    }),
  );

  it("that nobody verified may go without an alarm", () =>
    onStage(theatre, async (act) => {
      const junk = laneRef(laneId("a".repeat(26)));
      await act.forge.move(junk, act.forge.head);
      expect((await pull(act.reader)).problems.map(({ error }) => error.code)).toEqual(["lane-invalid"]);
      await act.forge.move(junk, null);
      await expectAdmitted(act, act.forge.head);
    }));

  it("forked is a fork, however the other branch goes on", () =>
    onStage(theatre, async (act) => {
      const { forge } = act;
      const [parent] = parseCommit(await forge.store.readCommit(forge.head)).parents;
      if (parent === undefined) throw new Error("no parent");
      const second = await forge.push({ after: parent });
      await expectRefused(act, "lane-fork", /another header 2/);
      await forge.push({ after: second });
      await expectRefused(act, "lane-fork", /another header 2/);
    }));

  it("with the same headers in other commits accuses nobody of a fork", () =>
    onStage(theatre, async (act) => {
      const { forge } = act;
      const rows = Buffer.from(await forge.store.readCommit(forge.head)).toString();
      await forge.move(laneRef(forge.lane.id), forge.object("commit", rows.replaceAll(/> (\d+) \+/g, (_all, day: string) => `> ${Number(day) + 86_400} +`)));
      await expectRefused(act, "lane-invalid", /does not build/);
    }));

  it("moved to another lane's commit is refused", () =>
    onStage(theatre, async (act) => {
      await act.forge.move(laneRef(act.forge.lane.id), theatre.bobHead);
      await expectRefused(act, "lane-invalid", /another lane/);
    }));

  it("of a lane that another lane is spliced into is refused", () =>
    onStage(theatre, async (act) => {
      const bob = await act.forge.files(theatre.bobHead);
      await act.forge.push({ tree: async (tree, { store, files }) => {
        const mine = await files(await act.forge.commit());
        return tree === "" ? tree : writeFiles(store, new Map([...mine, ...[...bob].filter(([path]) => path.startsWith("s/"))]));
      } });
      await expectRefused(act, "lane-invalid", /paths changed|another lane|signature/);
    }));

  it("with a session of another lane, signed over, is refused for the manifest", () =>
    onStage(theatre, async (act) => {
      const bob = await act.forge.files(theatre.bobHead);
      await act.forge.push({ files: new Map([...bob].filter(([path]) => path.startsWith("s/"))) });
      await expectRefused(act, "lane-invalid", /signature/);
    }));

  it("grafted under another name is refused there, and stands where it was", () =>
    onStage(theatre, async (act) => {
      const graft = laneId("b".repeat(26));
      await act.forge.move(laneRef(graft), act.forge.head);
      const { problems } = await pull(act.reader);
      expect(problems.map(({ lane, error }) => [lane, error.code])).toEqual([[graft, "lane-invalid"]]);
      expect(await held(act.reader, graft)).toEqual({ head: null, keys: null, trust: null });
      expect(await act.reader.ledger.others.read(laneRef(theatre.bob.id))).toBe(theatre.bobHead);
    }));

  it("of a lane of another repository is refused", () =>
    onStage(theatre, async (act) => {
      const elsewhere = await makeTheatre();
      try {
        await act.scene.box.git(act.scene.hub, "fetch", "-q", elsewhere.scene.hub, `+refs/sessions/v1/lane/*:refs/sessions/v1/lane/*`);
        const { problems } = await pull(act.reader);
        expect(problems.map(({ lane, error }) => [lane, error.code, error.message])).toEqual(
          [elsewhere.mallory.id, elsewhere.bob.id].sort().map((lane) => [lane, "lane-invalid", expect.stringMatching(/another repository/)]),
        );
        expect(await act.reader.ledger.others.read(laneRef(theatre.bob.id))).toBe(theatre.bobHead);
      } finally {
        await elsewhere.scene.box.remove();
      }
    }));
});

describe.concurrent("CBOR that the lane's own key signed", () => {
  it.each<[string, (bytes: Uint8Array) => Uint8Array]>([
    ["with a key twice", (bytes) => Uint8Array.from([(bytes[0] ?? 0) + 1, ...bytes.subarray(1, 4), ...bytes.subarray(1)])],
    ["with a length in more bytes than it needs", (bytes) => Uint8Array.from([bytes[0] ?? 0, 0x78, 1, ...bytes.subarray(2)])],
    ["with keys in another order", (bytes) => Uint8Array.from([bytes[0] ?? 0, ...bytes.subarray(4), ...bytes.subarray(1, 4)])],
    ["of indefinite length", (bytes) => Uint8Array.from([0xbf, ...bytes.subarray(1), 0xff])],
    ["with bytes after it", (bytes) => Uint8Array.from([...bytes, 0])],
  ])("is refused in a header %s", (_what, payload) =>
    onStage(theatre, async (act) => {
      await act.forge.push({ payload });
      await expectRefused(act, "lane-invalid", /deterministic|indefinite|after the CBOR/);
    }),
  );

  it("with a key that this version does not know is admitted: the bytes are what is signed", () =>
    onStage(theatre, async (act) => {
      const { header } = await act.forge.header(act.forge.head);
      expect(encodeCbor(headerPayload(header)).length).toBeGreaterThan(0);
      await expectAdmitted(act, await act.forge.push({ payload: (bytes) => Uint8Array.from([(bytes[0] ?? 0) + 1, ...insertKey(bytes)]) }));
    }));
});

describe.concurrent("a head that another lane names", () => {
  it("and that never comes is withheld, a warning, until it comes", () =>
    onStage(theatre, async (act) => {
      const { forge } = act;
      const bob = await forgeAt(act.scene, forge.store, theatre.bob);
      const hidden = await forge.commit();
      const { header, envelope } = await forge.header(hidden);
      const named = await bob.push({ heads: [{ lane: forge.lane.id, seq: header.seq, hash: act.scene.crypto.hashes.h(envelope) }] });
      for (let again = 0; again < 2; again++) {
        const result = await pull(act.reader);
        expect(result).toMatchObject({ problems: [], withheld: [forge.lane.id] });
        expect(await act.reader.ledger.others.read(laneRef(bob.lane.id))).toBe(named);
      }
      await forge.move(laneRef(forge.lane.id), hidden);
      expect(await pull(act.reader)).toMatchObject({ problems: [], withheld: [] });
    }));

  it("with another hash than the one it has proves nothing, and stays a warning", () =>
    onStage(theatre, async (act) => {
      const bob = await forgeAt(act.scene, act.forge.store, theatre.bob);
      await bob.push({ heads: [{ lane: act.forge.lane.id, seq: 9, hash: new Uint8Array(32) }] });
      expect(await pull(act.reader)).toMatchObject({ problems: [], withheld: [act.forge.lane.id] });
    }));
});

describe.concurrent("quarantine", () => {
  it("what does not verify is never listed, opened or counted", () =>
    onStage(theatre, async (act) => {
      const { ledger } = act.reader;
      const counted = async (): Promise<unknown> => {
        const sources = await laneSources(ledger, AS_THEY_ARE);
        const { lanes, headers, sessions, findings } = await verifySessions(ledger, await localChain(ledger), act.scene.author, sources);
        const listed = await listSessions(ledger, act.scene.author, sources.filter(({ lane }) => lane === act.forge.lane.id), null);
        return { lanes, headers, sessions, findings, listed: listed.map(({ session, state }) => [session, state]).sort() };
      };
      await pull(act.reader);
      const before = await counted();
      const evil = aSession(act.forge, [aPart(act.scene, 0, [0])]);
      await act.forge.push({ files: new Map([...evil, anItem(act.scene), ["evil", new Uint8Array(3)]]) });
      await expectRefused(act, "lane-invalid");
      expect(await counted()).toEqual(before);
      const fresh = await act.newcomer();
      await expectRefused(act, "lane-invalid", /./, fresh);
      expect((await laneSources(fresh.ledger, AS_THEY_ARE)).map(({ lane }) => lane)).toEqual([theatre.bob.id]);
    }));

  it("a newcomer who is shown a lane that was cut is warned by the lane that names its head", () =>
    onStage(theatre, async (act) => {
      const [parent] = parseCommit(await act.forge.store.readCommit(act.forge.head)).parents;
      await act.forge.move(laneRef(act.forge.lane.id), parent ?? null);
      expect(await pull(await act.newcomer())).toMatchObject({ problems: [], withheld: [act.forge.lane.id] });
    }));

  it("a newcomer to a host that also hides the lanes that name it cannot know: this attack succeeds", () =>
    onStage(theatre, async (act) => {
      const [parent] = parseCommit(await act.forge.store.readCommit(act.forge.head)).parents;
      await act.forge.move(laneRef(act.forge.lane.id), parent ?? null);
      for (const ref of [laneRef(theatre.bob.id), keysRef(theatre.bob.id)]) await act.forge.move(ref, null);
      const newcomer = await act.newcomer();
      expect(await pull(newcomer)).toMatchObject({ problems: [], withheld: [] });
      expect(await newcomer.ledger.others.read(laneRef(act.forge.lane.id))).toBe(parent);
    }));
});

/** A key of seven letters, which sorts after all that a header has. */
function insertKey(bytes: Uint8Array): Uint8Array {
  return Uint8Array.from([...bytes.subarray(1), 0x67, ...new TextEncoder().encode("zzzzzzz"), 1]);
}
