import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DAY } from "../../src/format/commit.ts";
import { laneRef } from "../../src/format/paths.ts";
import type { Forge } from "./lane-builder.ts";
import { expectAdmitted, expectRefused, makeTheatre, onStage, type Theatre } from "./outcome.ts";
import { NOW } from "./scene.ts";

let theatre: Theatre;
beforeAll(async () => {
  theatre = await makeTheatre();
});
afterAll(() => theatre.scene.box.remove());

const midnight = Math.floor(NOW / 1000 / DAY) * DAY;
const at = (seconds: number) => (commit: string) => commit.replaceAll(/> \d+ \+/g, `> ${seconds} +`);

describe.concurrent("a commit of a lane", () => {
  it.each<[string, (commit: string, forge: Forge) => string, RegExp]>([
    ["by another author", (commit) => commit.replace("author hx <hx@invalid>", "author Ann <ann@example.org>"), /grammar/],
    ["by another committer", (commit) => commit.replace("committer hx <hx@invalid>", "committer hx <ann@example.org>"), /grammar/],
    ["in another zone", (commit) => commit.replaceAll("+0000", "+0200"), /grammar/],
    ["in the zone of nowhere", (commit) => commit.replaceAll("+0000", "-0000"), /grammar/],
    ["with a message", (commit) => `${commit}x`, /grammar/],
    ["with a line end as its message", (commit) => `${commit}\n`, /grammar/],
    ["with an hour", at(midnight + 36_000), /midnight/],
    ["a second after midnight", at(midnight + 1), /midnight/],
    ["whose committer wrote on another day", (commit) => commit.replace(/committer hx <hx@invalid> \d+/, `committer hx <hx@invalid> ${midnight + DAY}`), /grammar/],
    ["before its parent", at(midnight - DAY), /older than its parent/],
    ["from the day after tomorrow", at(midnight + 2 * DAY), /future/],
    ["far from the future", at(99_999_999 * DAY), /future|grammar/],
    ["with a signature", (commit) => commit.replace("\n\n", "\ngpgsig -----BEGIN PGP SIGNATURE-----\n \n x\n -----END PGP SIGNATURE-----\n\n"), /grammar/],
    ["with an encoding", (commit) => commit.replace("\n\n", "\nencoding latin1\n\n"), /grammar/],
    ["with a line of its own", (commit) => commit.replace("\n\n", "\nnote hello\n\n"), /grammar/],
    ["with a merged tag", (commit, { head }) => commit.replace("\n\n", `\nmergetag object ${head}\n\n`), /grammar/],
    ["with two parents", (commit, { head }) => commit.replace("author", `parent ${head}\nauthor`), /2 parents/],
  ])("is refused %s", (_what, change, message) =>
    onStage(theatre, async (act) => {
      await act.forge.push({ commit: (commit) => change(commit, act.forge) });
      await expectRefused(act, "lane-invalid", message);
    }),
  );

  it("may be of tomorrow, by the reader's clock", () =>
    onStage(theatre, async (act) => void (await expectAdmitted(act, await act.forge.push({ commit: at(midnight + DAY) })))));

  it("is refused until it is not in the future any more", () =>
    onStage(theatre, async (act) => {
      const head = await act.forge.push({ commit: at(midnight + 2 * DAY) });
      await expectRefused(act, "lane-invalid", /future/);
      act.scene.clock.ms += DAY * 1000;
      await expectAdmitted(act, head);
    }));

  it("without the parent that it says it follows is refused", () =>
    onStage(theatre, async (act) => {
      await act.forge.push({ parents: [] });
      await expectRefused(act, "lane-invalid", /does not build/);
      await expectRefused(act, "lane-invalid", /does not follow/, await act.newcomer());
    }));

  it.each<[string, (forge: Forge) => ReturnType<Forge["object"]>]>([
    ["a blob", (forge) => forge.object("blob", "evil")],
    ["a large blob", (forge) => forge.object("blob", "evil".repeat(5000))],
    ["a tree", (forge) => forge.tree([["100644", "h", forge.object("blob", "x")]])],
    ["a tag", (forge) => forge.object("tag", `object ${forge.head}\ntype commit\ntag x\ntagger hx <hx@invalid> 0 +0000\n\n`)],
  ])("is refused where there is %s in its place", (_what, make) =>
    onStage(theatre, async (act) => {
      await act.scene.box.git(act.scene.hub, "update-ref", laneRef(act.forge.lane.id), make(act.forge));
      await expectRefused(act, "lane-invalid", /not a commit/);
    }),
  );

  it("is verified with all that lie below it: one that is wrong in the middle stops those after it", () =>
    onStage(theatre, async (act) => {
      const { forge } = act;
      const first = await forge.commit({ commit: at(midnight + 5) });
      await forge.move(laneRef(forge.lane.id), await forge.commit({ after: forge.head, parents: [first], header: (header) => header }));
      await expectRefused(act, "lane-invalid", /midnight/);
    }));
});

it("has nothing of a person in it", async () =>
  onStage(theatre, async ({ forge }) => {
    const commit = Buffer.from(await forge.store.readCommit(forge.head)).toString();
    expect(commit).toMatch(/^tree [0-9a-f]{40}\nparent [0-9a-f]{40}\nauthor hx <hx@invalid> \d+ \+0000\ncommitter hx <hx@invalid> \d+ \+0000\n\n$/);
  }));
