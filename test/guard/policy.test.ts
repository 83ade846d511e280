import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, it, vi } from "vitest";
import { dayOf, dayText } from "../../src/domain/policy/day.ts";
import { makeWorld, type JourneyWorld } from "../journey/world.ts";
import { founder, type Colleague } from "../support/workspace-people.ts";
import { putGuard } from "./guarded.ts";

let world: JourneyWorld;
let ada: Colleague;
const realNow = Date.now;
const today = dayOf(realNow());
const later = (days: number): void => {
  vi.spyOn(Date, "now").mockImplementation(() => realNow() + days * 86_400_000);
};

beforeAll(async () => {
  world = await makeWorld("in-process");
  const remote = await world.remote();
  ada = await founder(world, remote, "Ada", "ada");
  await putGuard(remote);
}, 120_000);
afterEach(() => vi.restoreAllMocks());
afterAll(() => world.close());

interface Judged {
  readonly policy?: { readonly version: number; readonly effective: string };
  readonly findings: readonly { readonly severity: string; readonly code: string; readonly ref: string; readonly message: string; readonly hint: string }[];
}

async function guard(...args: string[]): Promise<Judged & { readonly exit: number }> {
  const { code, stdout } = await ada.machine.tryHx(ada.checkout, ["guard", "--json", ...args]);
  return { exit: code, ...(JSON.parse(stdout) as Judged) };
}

const git = (...args: string[]): Promise<string> => ada.machine.git(ada.checkout, ...args);

/** Writes the connection file of what is checked out anew. */
async function connect(change: (text: string) => string): Promise<void> {
  const path = join(ada.checkout, ".hx", "connection.yaml");
  await writeFile(path, change(await readFile(path, "utf8")));
  await git("commit", "-qam", "terms");
}

const answers = ["--company", "Example Ltd", "--contact", "privacy@example.org", "--tool", "Codex", "--instrument", "none", "--coaching", "no", "--notice", "7"];

it("a policy passes the server with its texts, and is a warning in CI until it is in force", async () => {
  expect(await guard()).toMatchObject({ exit: 0, findings: [] });
  await ada.hx("policy", "init", ...answers, "--retention", "24", "--group", "6");
  await ada.hx("policy", "publish", "--effective", dayText(today + 7), "--yes");
  const coming = await guard();
  expect(coming).toMatchObject({ exit: 0, findings: [{ severity: "warning", code: "policy-coming", hint: "hx policy show 1", message: `no policy is in force yet: version 1 takes effect on ${dayText(today + 7)}` }] });
  expect(coming.policy).toBeUndefined();
  later(7);
  expect(await guard()).toMatchObject({ exit: 0, policy: { version: 1, effective: dayText(today + 7) }, findings: [] });
  expect(await ada.hx("guard")).toContain(`policy: version 1, in force since ${dayText(today + 7)}\n`);
});

it("a file that is looser than the policy, or names a version that nobody published, is refused in CI", async () => {
  later(7);
  const honest = await git("rev-parse", "HEAD");
  await connect((text) => `${text}terms: { retention: 36, group: 8 }\n`);
  expect(await guard("--target", "main")).toMatchObject({ exit: 14, findings: [{ code: "policy-loosened", ref: "HEAD", hint: "hx policy check", message: expect.stringMatching(/is looser in 'retention' than version 1 of the policy, which is in force/) }] });
  vi.restoreAllMocks();
  expect((await guard("--target", "main")).findings).toMatchObject([{ severity: "warning", code: "policy-coming" }, { severity: "warning", code: "policy-loosened" }]);
  later(7);
  await git("reset", "-q", "--hard", honest);
  await connect((text) => `${text}terms: { retention: 12, group: 8 }\n`);
  expect(await guard("--target", "main")).toMatchObject({ exit: 0, findings: [] });
  await git("reset", "-q", "--hard", honest);
  await connect((text) => text.replace(/^policy: 0$/m, "policy: 2"));
  expect(await guard("--target", "main")).toMatchObject({ exit: 14, findings: [{ code: "policy-unknown", ref: "HEAD", hint: "hx policy history" }] });
  await git("push", "-q", "--no-verify", "origin", "HEAD:main");
  expect(await guard()).toMatchObject({ exit: 14, findings: [{ code: "policy-unknown", ref: "refs/heads/main" }] });
});
