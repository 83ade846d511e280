import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { judgeLane } from "../../src/app/guard/judge-lane.ts";
import { judgeLanes } from "../../src/app/guard/judge-lanes.ts";
import { noWorkFiles } from "../../src/app/lane/no-work-files.ts";
import { StateCache } from "../../src/app/lane/state.ts";
import { laneRules } from "../../src/app/sync/workspace-chain.ts";
import { projectOf, tighten, type Connection } from "../../src/domain/connection.ts";
import { loosened } from "../../src/domain/guard/loosened.ts";
import type { RepositoryTerms } from "../../src/domain/policy/terms.ts";
import { projectId, repoId, workspaceId } from "../../src/domain/ids.ts";
import { normalizeRemoteUrl } from "../../src/domain/remote-url.ts";
import { laneRef } from "../../src/format/paths.ts";
import { makeTheatre, onStage, type Act, type Theatre } from "../attacks/outcome.ts";
import { chainOf, frozenAt, removal } from "../attacks/removal.ts";
import { toHex } from "../../src/domain/bytes.ts";
import type { GuardState } from "../../src/format/guard-state.ts";
import type { LaneId } from "../../src/domain/ids.ts";

const PROJECTS = ["11", "22", "33"].map((two) => projectId(two.repeat(16)));
const REMOTES = ["https://a.example/x", "git@a.example:x.git", "https://b.example/y", "/srv/z.git", "ext::evil"];
const DIRECTORIES = [".", "a", "a/b", "a/b/c", "d"];

const connections: fc.Arbitrary<Connection> = fc
  .record({
    remotes: fc.uniqueArray(fc.constantFrom(...REMOTES)),
    paths: fc.dictionary(fc.constantFrom(...DIRECTORIES), fc.constantFrom(...PROJECTS), { minKeys: 1 }),
    policy: fc.nat(3),
    terms: fc.option(fc.record({ group: fc.integer({ min: 5, max: 9 }), redaction: fc.boolean(), retention: fc.option(fc.integer({ min: 1, max: 9 })) }, { requiredKeys: [] }), { nil: undefined }),
  })
  .map(({ remotes, paths, policy, terms }) => ({ workspace: workspaceId("ab".repeat(32)), repo: repoId("cd".repeat(32)), genesis: new Uint8Array(3), paths: new Map(Object.entries(paths)), remotes, policy, unknown: {}, ...(terms === undefined ? {} : { terms }) }));

describe("what loosens a connection", () => {
  it("is nothing of what a branch may do: tightening never loosens", () => {
    fc.assert(
      fc.property(connections, connections, (authority, branch) => {
        expect(loosened(authority, tighten(authority, branch))).toEqual([]);
      }),
    );
  });

  it("is what counts for nothing on a branch, and no more", () => {
    fc.assert(
      fc.property(connections, connections, (before, after) => {
        const read = tighten(before, after);
        const listed = new Set(read.remotes.map((url) => normalizeRemoteUrl(url)));
        const allCounts =
          after.remotes.every((url) => listed.has(normalizeRemoteUrl(url))) &&
          DIRECTORIES.every((directory) => projectOf(after.paths, directory) === null || projectOf(read.paths, directory) === projectOf(after.paths, directory)) &&
          after.policy >= before.policy &&
          (Object.keys(before.terms ?? {}) as (keyof RepositoryTerms)[]).every((key) => read.terms?.[key] === after.terms?.[key]);
        expect(loosened(before, after).length === 0).toBe(allCounts);
      }),
    );
  });

  it("is another workspace, repository or genesis, and an older policy", () => {
    const one: Connection = { workspace: workspaceId("ab".repeat(32)), repo: repoId("cd".repeat(32)), genesis: new Uint8Array(3), paths: new Map([[".", PROJECTS[0] ?? null]]), remotes: [], policy: 2, unknown: {} };
    expect(loosened(one, { ...one, policy: 3 })).toEqual([]);
    for (const change of [{ policy: 1 }, { workspace: workspaceId("ff".repeat(32)) }, { repo: repoId("ff".repeat(32)) }, { genesis: new Uint8Array(4) }]) expect(loosened(one, { ...one, ...change })).toHaveLength(1);
  });
});

describe("a lane that a removal froze", () => {
  let theatre: Theatre;
  beforeAll(async () => {
    theatre = await makeTheatre();
  });
  afterAll(() => theatre.scene.box.remove());

  const frozen = (play: (act: Act, after: Awaited<ReturnType<typeof frozenHere>>) => Promise<void>): Promise<void> => onStage(theatre, async (act) => play(act, await frozenHere(act)));

  async function frozenHere(act: Act) {
    const after = removal(act.scene, await chainOf(act.reader), [[act.forge.lane, await frozenAt(act.forge, act.forge.head)]]);
    const rules = laneRules({ ...act.reader.ledger }, after.chain);
    const cache = new StateCache(noWorkFiles, act.forge.lane.id);
    const pushed = (to: Parameters<typeof judgeLane>[4]) => judgeLane(act.forge.store, rules, act.forge.lane.id, act.forge.head, to, cache);
    const inCi = async (last: GuardState | null) => (await judgeLanes(act.forge.store, rules, new Map([[laneRef(act.forge.lane.id), (await act.forge.store.read(laneRef(act.forge.lane.id))) ?? act.forge.head]]), last, after.chain.state)).findings.filter(({ code }) => code === "lane-frozen");
    return { after, pushed, inCi };
  }

  it("is refused beyond that by the server, and goes on under a new certificate", () =>
    frozen(async ({ forge }, { after, pushed }) => {
      expect((await pushed(await forge.commit())).finding).toMatchObject({ code: "lane-frozen", ref: laneRef(forge.lane.id) });
      expect((await pushed(await forge.commit({ header: (honest) => after.anew(honest) }))).finding).toBeUndefined();
    }));

  it("warns in CI where it may have come while somebody was removed, and is refused where it cannot", () =>
    frozen(async ({ forge, scene }, { after, inCi }) => {
      await forge.push();
      const known = (n: number, seq: number): GuardState => ({ workspace: scene.workspace, repo: scene.repo, connection: "", chain: { n, hash: "" }, lanes: new Map<LaneId, { seq: number; hash: string }>([[forge.lane.id, { seq, hash: hashes[seq] ?? "" }]]) });
      const hashes: string[] = [];
      for (let at: typeof forge.head | undefined = (await forge.store.read(laneRef(forge.lane.id))) ?? forge.head; at !== undefined; ) {
        const { header, envelope } = await forge.header(at);
        hashes[header.seq] = toHex(scene.crypto.hashes.h(envelope));
        at = /^parent ([0-9a-f]+)$/m.exec(Buffer.from(await forge.store.readCommit(at)).toString())?.[1] as typeof forge.head | undefined;
      }
      const { n } = after.chain.state.head;
      expect(await inCi(null)).toMatchObject([{ severity: "warning" }]);
      expect(await inCi(known(n - 1, 2))).toMatchObject([{ severity: "warning" }]);
      expect(await inCi(known(n, 3))).toMatchObject([{ severity: "warning" }]);
      expect(await inCi(known(n, 2))).toMatchObject([{ severity: "refused" }]);
    }));
});
