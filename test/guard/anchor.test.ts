import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { loadCrypto } from "../../src/adapters/crypto/libsodium.ts";
import { openAnchor } from "../../src/app/guard/anchor.ts";
import { isHxError } from "../../src/domain/errors.ts";
import { deviceId, oid, personId, repoId, workspaceId } from "../../src/domain/ids.ts";
import type { Device } from "../../src/domain/workspace/state.ts";
import { anchorPayload, type Anchor } from "../../src/format/anchor.ts";
import { signEnvelope } from "../../src/format/envelope.ts";
import { makeWorld, type JourneyWorld } from "../journey/world.ts";
import { keeps } from "../support/sharing-people.ts";
import { founder, type Colleague } from "../support/workspace-people.ts";

let world: JourneyWorld;
let remote: string;
let ada: Colleague;

beforeAll(async () => {
  world = await makeWorld("in-process");
  remote = await world.remote();
  ada = await founder(world, remote, "Ada", "ada");
}, 120_000);
afterAll(() => world.close());

interface Judged {
  readonly exit: number;
  readonly since: string;
  readonly done?: string;
  readonly number?: number;
  readonly findings: readonly { readonly code: string; readonly severity: string; readonly hint: string }[];
}

async function guard(...args: string[]): Promise<Judged> {
  const { code, stdout, stderr } = await ada.machine.tryHx(ada.checkout, ["guard", ...args, "--json"]);
  if (stdout === "") throw new Error(stderr);
  return { exit: code, ...(JSON.parse(stdout) as Omit<Judged, "exit">) };
}

const bare = (...args: string[]): Promise<string> => ada.machine.git(remote, ...args);
const codes = ({ findings }: Judged): readonly string[] => findings.map(({ code }) => code);
const lane = async (): Promise<string> => (await bare("for-each-ref", "--format=%(refname)", "refs/sessions/v1/lane/")).split("\n")[0] ?? "";

it("is made of what holds, one on the other, and only where there is something new", async () => {
  expect(await guard("--anchor", "hx-anchor")).toMatchObject({ exit: 14, findings: [{ code: "anchor-missing", hint: "hx guard anchor" }] });
  await keeps(ada, 1, ["mend the cart"]);
  expect(await guard("anchor")).toMatchObject({ exit: 0, done: "anchored", number: 0, since: "nothing" });
  expect(await guard("anchor")).toMatchObject({ exit: 0, done: "unchanged", number: 0, since: "anchor" });
  await keeps(ada, 2, ["and the wheel"]);
  expect(await guard("anchor")).toMatchObject({ exit: 0, done: "anchored", number: 1, since: "anchor" });
  expect(await bare("rev-list", "--count", "hx-anchor")).toBe("2");
  expect(await bare("ls-tree", "--name-only", "hx-anchor")).toBe("anchor");
  expect(await guard("--anchor", "hx-anchor")).toMatchObject({ exit: 0, since: "anchor", findings: [] });
  expect(await ada.hx("verify")).toContain("everything agrees");
});

it("shows a lane that was rolled back, or is gone, to CI and to a clone that never saw it otherwise", async () => {
  const ref = await lane();
  const head = await bare("rev-parse", ref);
  // On a machine that never saw the repository, and with no key.
  const verify = async (name: string) => {
    const machine = await world.machine(name);
    await machine.git(machine.home, "clone", "-q", remote, "clone");
    const { code, stdout } = await machine.tryHx(join(machine.home, "clone"), ["verify", "--json"]);
    const { findings } = JSON.parse(stdout) as { readonly findings: readonly { readonly code: string; readonly severity: string }[] };
    return [code, findings.filter(({ severity }) => severity === "error").map((finding) => finding.code)];
  };
  expect(await verify("before")).toEqual([0, []]);
  await bare("update-ref", ref, `${ref}~1`);
  expect(await verify("rolled-back")).toEqual([13, ["lane-rollback"]]);
  const judged = await guard("--anchor", "hx-anchor");
  expect([judged.exit, codes(judged)]).toEqual([14, expect.arrayContaining(["lane-rollback"])]);
  const refused = await guard("anchor");
  expect([refused.exit, refused.done, codes(refused)]).toEqual([14, "refused", expect.arrayContaining(["lane-rollback"])]);
  await bare("update-ref", "-d", ref);
  expect(codes(await guard("--anchor", "hx-anchor"))).toContain("lane-deleted");
  await bare("update-ref", ref, head);
});

it("is refused where it is somebody else's word, or no word at all", async () => {
  const honest = await bare("rev-parse", "hx-anchor");
  const forged = await world.sandbox.gitWithInput(remote, "anchored\n", "hash-object", "-w", "--stdin");
  const tree = await world.sandbox.gitWithInput(remote, `100644 blob ${forged.trim()}\tanchor\n`, "mktree");
  await bare("update-ref", "refs/heads/hx-anchor", await bare("commit-tree", tree.trim(), "-p", honest, "-m", "forged"));
  expect(await guard("--anchor", "hx-anchor")).toMatchObject({ exit: 14, findings: [{ code: "anchor-invalid", severity: "refused" }] });
  expect(await guard("anchor")).toMatchObject({ exit: 14, done: "refused" });
  expect(await ada.machine.tryHx(ada.checkout, ["verify"])).toMatchObject({ code: 13 });
  await bare("update-ref", "refs/heads/hx-anchor", honest);
  expect((await ada.machine.tryHx(ada.checkout, ["verify", "--anchor", "elsewhere"])).code).toBe(13);
  expect(await ada.failure("guard", "--anchor", "a", "--state", "b")).toMatchObject({ exit: 2, code: "usage" });
});

it("counts when a device signed that was a member's at the statement that it names, and no other", async () => {
  const crypto = await loadCrypto();
  const [seed, other] = [crypto.random.bytes(32), crypto.random.bytes(32)];
  const [workspace, repo] = [workspaceId("ab".repeat(32)), repoId("cd".repeat(32))];
  const by = deviceId("11".repeat(16));
  const anchor: Anchor = { workspace, repo, n: 0, by, head: { n: 5, hash: new Uint8Array(32) }, lanes: new Map() };
  const device: Device = { id: by, person: personId("22".repeat(16)), sign: crypto.signer.publicKey(seed), box: new Uint8Array(), state: "live", since: 2 };
  const opened = (change: Partial<Anchor>, known: Partial<Device> = {}, by_ = seed): string => {
    const envelope = signEnvelope("hx/anchor/v1", anchorPayload({ ...anchor, ...change }), (message) => crypto.signer.sign(by_, message));
    try {
      openAnchor(crypto, { workspace, devices: new Map([[by, { ...device, ...known }]]) }, repo, { commit: oid("0".repeat(40)), envelope });
      return "ok";
    } catch (error) {
      return isHxError(error) ? error.code : String(error);
    }
  };
  expect(opened({})).toBe("ok");
  expect(opened({}, { state: "removed", until: 6 })).toBe("ok");
  expect(opened({}, { state: "removed", until: 5 })).toBe("signature-invalid");
  expect(opened({}, { since: 6 })).toBe("signature-invalid");
  expect(opened({ by: deviceId("33".repeat(16)) })).toBe("signature-invalid");
  expect(opened({}, {}, other)).toBe("signature-invalid");
  expect(opened({ repo: repoId("ef".repeat(32)) })).toBe("encoding-invalid");
  expect(opened({ workspace: workspaceId("ef".repeat(32)) })).toBe("encoding-invalid");
});
