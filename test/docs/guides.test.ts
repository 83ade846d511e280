import { execFile } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { makeWorld, type JourneyWorld } from "../journey/world.ts";
import { join as asksToJoin, newcomer } from "../people/world.ts";
import { builtProgram } from "../support-build/build.ts";
import { keeps, teamOf } from "../support/sharing-people.ts";
import { admitted, founder, type Colleague } from "../support/workspace-people.ts";
import { blocksOf, firstMissing } from "./page.ts";

// Guides in which several people have a part: one of them types what the page says, the others do theirs between the blocks.

let world: JourneyWorld;
let remote: string;
beforeEach(async () => {
  world = await makeWorld();
  remote = await world.remote();
});
afterEach(() => world.close());

/** What others do before the block that begins so. */
type Meanwhile = Readonly<Record<string, () => Promise<unknown>>>;

/** Types all blocks of a page, from a heading on. `instead`: what stands on the page, and what it is here. */
async function follow(page: string, who: Pick<Colleague, "machine" | "checkout">, meanwhile: Meanwhile, instead: Readonly<Record<string, string>> = {}, from = "# "): Promise<void> {
  const bin = world.path("bin");
  await mkdir(bin, { recursive: true });
  await writeFile(join(bin, "hx"), `#!/bin/sh\nexec "${process.execPath}" "${await builtProgram()}" "$@"\n`, { mode: 0o755 });
  const env = { ...who.machine.env, PATH: `${bin}${delimiter}${who.machine.env["PATH"] ?? process.env["PATH"] ?? ""}` };
  const text = await readFile(new URL(`../../docs/guides/${page}`, import.meta.url), "utf8");
  const blocks = blocksOf(text.slice(text.indexOf(from)));
  expect(blocks.length).toBeGreaterThan(1);
  const pending = new Set(Object.keys(meanwhile));
  for (const { commands, line, expected } of blocks) {
    const due = [...pending].find((start) => commands.startsWith(start));
    if (due !== undefined) await meanwhile[due]?.();
    pending.delete(due ?? "");
    const typed = Object.entries(instead).reduce((text, [there, here]) => text.replaceAll(there, here), commands);
    // Variables stay from block to block.
    const saved = world.path("variables");
    const script = `set -e\n[ ! -f "${saved}" ] || . "${saved}"\n${typed}\nset | grep -E "^id=" > "${saved}" || true\n`;
    const { code, said } = await new Promise<{ readonly code: number; readonly said: string }>((resolve) => {
      execFile("bash", ["-c", `exec 2>&1\n${script}`], { cwd: who.checkout, env }, (error, stdout) => resolve({ code: error === null ? 0 : Number(error.code ?? 1), said: stdout }));
    });
    expect(code, `${page}, line ${line} from '${from}':\n${typed}\n${said}`).toBe(0);
    expect(firstMissing(expected, said), `${page}, line ${line} from '${from}'; it said:\n${said}`).toBeNull();
  }
  expect([...pending]).toEqual([]);
}

it("the guide for administrators says what happens", async () => {
  const ada = await founder(world, remote, "Ada", "ada");
  const [ben, cyd] = [await newcomer(world, remote, "ben"), await newcomer(world, remote, "cyd")];
  const asked = [await asksToJoin(world, ben, "Ben"), await asksToJoin(world, cyd, "Cyd")].map(({ fingerprint }) => fingerprint);
  await follow(
    "administrator.md",
    ada,
    {
      "hx sync\nhx team show core": async () => {
        await ben.hx("sync");
        await ben.hx("team", "admit", "core", "Ben", "--yes");
      },
    },
    { "1a2b 3c4d": asked[0] ?? "", "5e6f 7081": asked[1] ?? "" },
  );
}, 300_000);

it("the guide for policies says what happens", async () => {
  const ada = await founder(world, remote, "Ada", "ada");
  const [first, second] = [8, 9].map((days) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10));
  const again = async (): Promise<void> => {
    const path = join(ada.checkout, ".hx/policy/policy.en.md");
    await writeFile(path, (await readFile(path, "utf8")).replace("They are kept for no other purpose.", "There is no other purpose."));
  };
  await follow("policy.md", ada, { "hx policy diff 1 draft": again }, { "2027-01-31": first ?? "", "2027-03-31": second ?? "" });
}, 300_000);

it("the guide for the one who checks says what happens, to somebody without any key", async () => {
  const ada = await founder(world, remote, "Ada Byron", "ada");
  const ben = await admitted(world, remote, ada, "Ben", "ben");
  await teamOf(ada, "core", [[ben, "Ben"]]);
  await ada.hx("share", await keeps(ada, 1, ["round the total"]), "--team", "core", "--yes");
  await ada.hx("policy", "init", "--yes", "--company", "Example Ltd", "--contact", "privacy@example.com", "--retention", "24", "--notice", "7");
  await ada.hx("policy", "publish", "--effective", new Date(Date.now() + 9 * 86_400_000).toISOString().slice(0, 10), "--yes");
  await follow("auditor.md", await newcomer(world, remote, "eva"), {});
}, 300_000);

it("the guide for teammates says what happens", async () => {
  const ada = await founder(world, remote, "Ada", "ada");
  const ben = await admitted(world, remote, ada, "Ben", "ben");
  await teamOf(ada, "core", [[ben, "Ben"]]);
  const session = await keeps(ada, 1, ["round the total"]);
  await mkdir(join(ada.checkout, "src"));
  await writeFile(join(ada.checkout, "src", "cart.ts"), Array.from({ length: 42 }, (_, i) => `line ${i}\n`).join(""));
  for (const args of [["add", "src"], ["commit", "-qm", "cart"], ["push", "-q", "origin", "HEAD"]]) await ada.machine.git(ada.checkout, ...args);
  await ben.machine.git(ben.checkout, "pull", "-q", "--rebase", "origin", "main");
  const approves = async (): Promise<void> => {
    await ada.hx("sync");
    const { inbox } = (await ada.json("requests")) as unknown as { readonly inbox: readonly { readonly name: string }[] };
    await ada.hx("share", inbox[0]?.name ?? "", "--session", session, "--team", "core", "--yes");
  };
  await follow("teammate.md", ben, { "hx requests --all": approves });
}, 300_000);

it("the guide for authors says what happens, from the sharing on", async () => {
  const ada = await founder(world, remote, "Ada", "ada");
  const ben = await admitted(world, remote, ada, "Ben", "ben");
  await teamOf(ada, "core", [[ben, "Ben"]]);
  const [first, second, third] = [await keeps(ada, 1, ["one"]), await keeps(ada, 2, ["two"]), await keeps(ada, 3, ["three"])];
  await ben.hx("sync");
  const { name } = (await ben.json("request", first, "--to", "Ada", "--team", "core", "--reason", "why")) as unknown as { readonly name: string };
  const instead: Record<string, string> = { r1a2b3c4: name, "7f3a91c2": second };
  const givesMore = async (): Promise<void> => {
    const { given } = (await ada.json("shares")) as unknown as { readonly given: readonly { readonly id: string; readonly sessions: readonly string[] }[] };
    instead["a1b2c3d4e"] = given.find(({ sessions }) => sessions.includes(first))?.id ?? "";
    await ada.hx("share", third, "--team", "core", "--yes");
  };
  await follow("author.md", ada, { "hx shares": givesMore }, instead, "## Sharing");
}, 300_000);

it("the guide for the open door says what happens", async () => {
  const ada = await founder(world, remote, "Ada", "ada");
  await mkdir(world.path("bin"), { recursive: true });
  // What the tools write, by the commands that the page names; with what a shell could spoil.
  const exported = JSON.stringify({ text: "it's \"100 %\" \\n $HOME", more: "ü".repeat(5000) });
  await writeFile(world.path("exported.json"), exported);
  for (const [name, command] of [["goose", "session export --session-id 20260301_1 --format json"], ["crush", "session show 4f1c0a52 --json"]] as const) {
    await writeFile(world.path("bin", name), `#!/bin/sh\n[ "$*" = "${command}" ] && cat "${world.path("exported.json")}"\n`, { mode: 0o755 });
  }
  await follow("open-door.md", ada, {});
  await ada.hx("sync");
  const { sessions } = (await ada.json("list")) as unknown as { readonly sessions: readonly { readonly id: string; readonly agent: string }[] };
  expect(sessions.map(({ agent }) => agent).sort()).toEqual(["door:crush", "door:goose", "door:my-tool", "door:my-tool"]);
  for (const { id, agent } of sessions) if (agent !== "door:my-tool") expect(await ada.hx("show", id)).toContain("it's");
}, 300_000);
