import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LaneTrusts } from "../../src/app/lane/trust.ts";
import { laneSources } from "../../src/app/read/lane-source.ts";
import type { FrozenLane } from "../../src/domain/workspace/state.ts";
import { parseCommit } from "../../src/format/commit.ts";
import type { Header } from "../../src/format/header.ts";
import { held, makeTheatre, onStage, type Act, type Theatre } from "./outcome.ts";
import { chainOf, expectProblems, fetchUnder, frozenAt, headOf, removal, type AfterRemoval } from "./removal.ts";
import type { Here } from "./scene.ts";

let theatre: Theatre;
beforeAll(async () => {
  theatre = await makeTheatre();
});
afterAll(() => theatre.scene.box.remove());

interface Removed extends Act {
  readonly after: AfterRemoval;
  /** Mallory's entry: their newest header. */
  readonly entry: FrozenLane;
}

/** The reader learns that Mallory was removed: a freeze of all lanes at their heads, unless told otherwise. */
async function removed(change: { readonly lanes?: (mallory: FrozenLane, bob: FrozenLane) => readonly ("mallory" | "bob")[]; readonly at?: number; readonly named?: boolean }, play: (act: Removed) => Promise<void>): Promise<void> {
  await onStage(theatre, async (act) => {
    const at = await back(act, change.at ?? 0);
    const entry = await frozenAt(act.forge, at);
    const bob = await frozenAt(act.forge, theatre.bobHead, theatre.bob);
    const listed = change.lanes?.(entry, bob) ?? ["mallory", "bob"];
    const entries = [[theatre.mallory, entry] as const, [theatre.bob, bob] as const].filter(([lane]) => listed.includes(lane === theatre.mallory ? "mallory" : "bob"));
    const after = removal(act.scene, await chainOf(act.reader), entries, change.named ?? true);
    await play({ ...act, after, entry });
  });
}

async function back({ forge }: Act, steps: number): Promise<typeof forge.head> {
  let at = forge.head;
  for (let i = 0; i < steps; i++) at = parseCommit(await forge.store.readCommit(at)).parents[0] ?? at;
  return at;
}

async function expectAll(act: Removed, here: Here, head: unknown): Promise<void> {
  expectProblems(await fetchUnder(here, act.after), []);
  expect(await headOf(here, theatre.mallory)).toBe(head);
}

async function visitor(act: Act): Promise<Here> {
  const here = await act.newcomer();
  await chainOf(here);
  return here;
}

/** The reader keeps what they have; a newcomer takes what was frozen, and no more. */
async function expectStopped(act: Removed, message: RegExp): Promise<void> {
  const before = await held(act.reader, theatre.mallory.id);
  expectProblems(await fetchUnder(act.reader, act.after), [[theatre.mallory, message]]);
  expect(await held(act.reader, theatre.mallory.id)).toEqual(before);
  expect(await headOf(act.reader, theatre.bob)).toBe(theatre.bobHead);
  const here = await visitor(act);
  expectProblems(await fetchUnder(here, act.after), [[theatre.mallory, message]]);
  // Again, with what was taken: it stays reported.
  expectProblems(await fetchUnder(here, act.after), [[theatre.mallory, message]]);
}

describe.concurrent("a member who was removed", () => {
  it("goes on with their lane under the old certificate, and claims not to know of it", () =>
    removed({}, async (act) => {
      await act.forge.push();
      await expectStopped(act, /goes beyond header 2/);
      expect(await headOf(await visitor(act), theatre.mallory)).toBe(act.forge.head);
    }));

  it("names the removal, under the old certificate", () =>
    removed({}, async (act) => {
      const { head } = act.after.chain.state;
      await act.forge.push({ header: (honest) => ({ ...honest, head: { n: head.n, hash: head.hash } }) });
      const problem = /membership epoch 0, and a removal asks for 1/;
      expectProblems(await fetchUnder(act.reader, act.after), [[theatre.mallory, problem]]);
      expect(await headOf(act.reader, theatre.mallory)).toBe(act.forge.head);
    }));

  it("names the removal in a repository that it does not name: the certificate is asked for all the same", () =>
    removed({ named: false }, async (act) => {
      const { head } = act.after.chain.state;
      await act.forge.push({ header: (honest) => ({ ...honest, head: { n: head.n, hash: head.hash } }) });
      expectProblems(await fetchUnder(act.reader, act.after), [[theatre.mallory, /asks for 1/]]);
    }));

  it("has a new certificate made for a header that claims an older chain", () =>
    removed({}, async (act) => {
      await act.forge.push({ header: (honest) => ({ ...act.after.anew(honest), head: honest.head }) });
      await expectStopped(act, /goes beyond header 2/);
    }));

  it("opens a lane under the old certificate, which nobody listed", () =>
    removed({ lanes: () => ["bob"] }, async (act) => {
      const before = await held(act.reader, theatre.mallory.id);
      expectProblems(await fetchUnder(act.reader, act.after), [[theatre.mallory, /not among those/]]);
      expect(await held(act.reader, theatre.mallory.id)).toEqual(before);
      const { state } = act.after.chain;
      expect((await laneSources(act.reader.ledger, state)).map(({ lane }) => lane)).toEqual([theatre.bob.id]);
      const here = await visitor(act);
      expectProblems(await fetchUnder(here, act.after), [[theatre.mallory, /not among those/]]);
      expect(await headOf(here, theatre.mallory)).toBeNull();
      expect(await new LaneTrusts(here.ledger.trust).read(theatre.mallory.id)).toBeNull();
    }));

  it("shows the remover another header than everybody else: it counts for nobody, even certified anew", () =>
    removed({}, async (act) => {
      const flipped = act.entry.hash.map((byte, i) => (i === 0 ? byte ^ 1 : byte));
      const after = removal(act.scene, await chainOf(act.reader), [[theatre.mallory, { ...act.entry, hash: flipped }], [theatre.bob, await frozenAt(act.forge, theatre.bobHead, theatre.bob)]]);
      await act.forge.push({ header: (honest) => after.anew(honest) });
      await expectStopped({ ...act, after }, /another header 2/);
      const [source] = (await laneSources(act.reader.ledger, after.chain.state)).filter(({ lane }) => lane === theatre.mallory.id);
      expect(source?.head).toBe(await back(act, 1));
    }));

  it("had pushed more than was frozen, and a reader verified it before: it counts no more, without anything new in the lane", () =>
    removed({ at: 1 }, async (act) => {
      const before = await held(act.reader, theatre.mallory.id);
      const { state } = act.after.chain;
      expect((await laneSources(act.reader.ledger, state)).find(({ lane }) => lane === theatre.mallory.id)?.head).toBe(await back(act, 1));
      expectProblems(await fetchUnder(act.reader, act.after), [[theatre.mallory, /goes beyond header 1/]]);
      expect(await held(act.reader, theatre.mallory.id)).toEqual(before);
      const here = await visitor(act);
      expectProblems(await fetchUnder(here, act.after), [[theatre.mallory, /goes beyond header 1/]]);
      expect(await headOf(here, theatre.mallory)).toBe(await back(act, 1));
    }));
});

describe.concurrent("a member who stays", () => {
  it("has nothing to do while nothing is new", () =>
    removed({}, async (act) => {
      await expectAll(act, act.reader, act.forge.head);
      await expectAll(act, await visitor(act), act.forge.head);
    }));

  it("goes on in the same lane under a new certificate", () =>
    removed({}, async (act) => {
      const head = await act.forge.push({ header: (honest) => act.after.anew(honest) });
      await expectAll(act, act.reader, head);
      await expectAll(act, await visitor(act), head);
    }));

  it("was offline: the next header vouches for those that the remover did not know", () =>
    removed({ at: 1 }, async (act) => {
      const unknown = await act.forge.commit();
      const head = await act.forge.push({ after: unknown, header: (honest) => act.after.anew(honest) });
      await expectAll(act, act.reader, head);
      await expectAll(act, await visitor(act), head);
      const { state } = act.after.chain;
      expect((await laneSources(act.reader.ledger, state)).find(({ lane }) => lane === theatre.mallory.id)?.head).toBe(head);
    }));

  it("has a lane of which the remover did not know at all", () =>
    removed({ lanes: () => ["bob"] }, async (act) => {
      const head = await act.forge.push({ header: (honest) => act.after.anew(honest) });
      await expectAll(act, act.reader, head);
      await expectAll(act, await visitor(act), head);
    }));

  it("goes on under the old certificate where no removal names the repository and they do not know of one", () =>
    removed({ named: false }, async (act) => {
      await expectAll(act, act.reader, await act.forge.push());
    }));

  it("is not judged by a certificate whose statement is not known here yet", () =>
    removed({}, async (act) => {
      await act.forge.push({ header: (honest: Header) => act.after.anew(honest) });
      const now = { ...act.after, chain: await chainOf(act.reader) };
      expect((await fetchUnder(act.reader, now)).problems.map(({ error }) => error.code)).toEqual(["missing-object"]);
    }));
});
