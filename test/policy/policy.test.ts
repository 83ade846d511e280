import { cp, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { gitRepositories } from "../../src/adapters/git/repositories.ts";
import { policyStatement } from "../../src/app/policy/publish.ts";
import { verifyChain } from "../../src/app/sync/workspace-chain.ts";
import { writeStatements } from "../../src/app/workspace/append.ts";
import { projectBody, signStatement } from "../../src/app/workspace/compose.ts";
import { copyWorkspace, fetchWorkspace, syncWorkspace } from "../../src/app/workspace/sync.ts";
import { newProjectId } from "../../src/app/workspace/found.ts";
import { toHex, utf8 } from "../../src/domain/bytes.ts";
import { dayOf, dayText } from "../../src/domain/policy/day.ts";
import type { Oid } from "../../src/domain/ids.ts";
import { parseCommit } from "../../src/format/commit.ts";
import type { HxError } from "../../src/domain/errors.ts";
import { codeOf } from "../second-reader/errors.ts";
import { openRepository } from "../second-reader/open-repository.ts";
import { makeWorld, type JourneyWorld } from "../journey/world.ts";
import { TERMS } from "./terms.ts";
import { admitted, founder, speaking, type Colleague } from "../support/workspace-people.ts";

let world: JourneyWorld;
let remote: string;
let ada: Colleague;
let ben: Colleague;
const realNow = Date.now;
const today = dayOf(realNow());
/** hx of the whole process says so many days later from now on. */
const later = (days: number): void => {
  vi.spyOn(Date, "now").mockImplementation(() => realNow() + days * 86_400_000);
};

beforeAll(async () => {
  world = await makeWorld("in-process");
  remote = await world.remote();
  ada = await founder(world, remote, "Ada", "ada");
  ben = await admitted(world, remote, ada, "Ben", "ben");
});
afterEach(() => vi.restoreAllMocks());
afterAll(() => world.close());

const ANSWERS = ["--company", "Example Ltd", "--contact", "privacy@example.org", "--tool", "Claude Code", "--tool", "Codex", "--retention", "24", "--instrument", "none", "--coaching", "no", "--notice", "7"];
const file = (who: Colleague, name: string): string => join(who.checkout, ".hx/policy", name);
const edit = async (who: Colleague, name: string, from: string, to: string): Promise<void> => {
  const text = await readFile(file(who, name), "utf8");
  expect(text).toContain(from);
  await writeFile(file(who, name), text.replace(from, to));
};

describe("a policy before it is published", () => {
  it("is written from answers, which flags give where nobody can be asked, and overwrites nothing unasked", async () => {
    expect(await ben.failure("policy", "show")).toMatchObject({ exit: 1, code: "not-found", hints: ["hx policy init"] });
    expect(await ada.failure("policy", "init", "--company", "Example Ltd")).toMatchObject({ exit: 2, code: "answer-needed", hints: ["answer it with --contact"] });
    expect(await ada.failure("policy", "init", ...ANSWERS, "--group", "4")).toMatchObject({ exit: 2, code: "usage" });
    expect(await ada.failure("policy", "init", ...ANSWERS, "--language", "fr")).toMatchObject({ exit: 2, code: "usage" });
    expect(await ada.json("policy", "init", ...ANSWERS)).toEqual({ schema: "hx.policy-init/1", files: ["terms.yaml", "policy.en.md", "annex.en.md", "policy.de.md", "annex.de.md"].map((name) => `.hx/policy/${name}`) });
    expect(await ada.failure("policy", "init", ...ANSWERS)).toMatchObject({ exit: 1, code: "exists", hints: ["hx policy init --force", "hx policy check"] });
    const text = await readFile(file(ada, "policy.de.md"), "utf8");
    for (const wanted of ["keine Rechtsberatung", "Based on the Session Records Policy and the CARE Charter, hxframework.org, CC BY 4.0", "<!-- hx:retention -->24 Monate<!-- /hx -->"]) expect(text).toContain(wanted);
  });

  it("refuses to publish a text that states something else than the terms", async () => {
    const effective = dayText(today + 30);
    expect(await ada.hx("policy", "check")).toContain("the texts state what the terms say");
    await edit(ada, "policy.de.md", "7 Tage", "3 Tage");
    expect(await ada.failure("policy", "publish", "--effective", effective, "--yes")).toMatchObject({ exit: 14, code: "policy-invalid", message: "'.hx/policy/policy.de.md' states '3 Tage' for 'notice', the terms say '7 Tage'", hints: ["hx policy check"] });
    const check = await ada.machine.tryHx(ada.checkout, ["policy", "check", "--json"]);
    expect([check.code, JSON.parse(check.stdout)]).toEqual([14, expect.objectContaining({ ok: false, of: "draft", problems: [{ document: "policy.de.md", message: expect.stringContaining("'3 Tage'") }] })]);
    await edit(ada, "policy.de.md", "3 Tage", "7 Tage");
    await edit(ada, "terms.yaml", "notice: 7", "notice: 0");
    expect(await ada.failure("policy", "publish", "--effective", effective, "--yes")).toMatchObject({ exit: 14, code: "policy-invalid" });
    await edit(ada, "terms.yaml", "notice: 0", "notice: 7");
    await edit(ada, "annex.en.md", "<!-- clause: records.processing -->\n", "");
    expect(await ada.failure("policy", "publish", "--effective", effective, "--yes")).toMatchObject({ code: "policy-invalid", message: expect.stringContaining("lacks clause 'records.processing'") });
    await ada.hx("policy", "init", ...ANSWERS, "--force");
  });

  it("is published by an administrator, with notice, once", async () => {
    await cp(join(ada.checkout, ".hx/policy"), join(ben.checkout, ".hx/policy"), { recursive: true });
    expect(await ben.failure("policy", "publish", "--effective", dayText(today + 30), "--yes")).toMatchObject({ exit: 14, code: "refused", message: expect.stringMatching(/only an administrator can publish a policy.*Ada/) });
    await rm(join(ben.checkout, ".hx/policy"), { recursive: true });
    expect(await ada.failure("policy", "publish", "--effective", dayText(today + 7))).toMatchObject({ exit: 2, code: "answer-needed" });
    expect(await ada.failure("policy", "publish", "--effective", "soon", "--yes")).toMatchObject({ exit: 2, code: "usage" });
    expect(await ada.failure("policy", "publish", "--effective", dayText(today + 6), "--yes")).toMatchObject({ exit: 14, code: "refused", hints: [`hx policy publish --effective ${dayText(today + 7)}`] });
    expect(await ada.json("policy", "publish", "--effective", dayText(today + 7), "--yes")).toMatchObject({ version: 1, standing: "coming", published: dayText(today), effective: dayText(today + 7), by: { name: "Ada" } });
    expect(await ada.failure("policy", "publish", "--effective", dayText(today + 8), "--yes")).toMatchObject({ exit: 1, code: "exists" });
  });
});

describe("published versions", () => {
  it("are told before and from their day on, and follow the notice that is in force", async () => {
    await ben.hx("sync");
    expect(await ben.json("status")).toMatchObject({ policy: { coming: { version: 1, effective: dayText(today + 7) } } });
    expect(await ben.hx("status")).toContain(`none in force yet; version 1 from ${dayText(today + 7)} on`);
    later(7);
    await ada.hx("policy", "init", ...ANSWERS, "--notice", "1", "--group", "8", "--force");
    await edit(ada, "policy.en.md", "They are kept for no other purpose.", "They are kept for no other purpose whatsoever.");
    expect(await ada.failure("policy", "publish", "--effective", dayText(today + 8), "--yes")).toMatchObject({ code: "refused", hints: [`hx policy publish --effective ${dayText(today + 14)}`] });
    await ada.hx("policy", "publish", "--effective", dayText(today + 14), "--yes");
    await ben.hx("sync");
    expect(await ben.json("status")).toMatchObject({ policy: { inForce: { version: 1 }, coming: { version: 2, effective: dayText(today + 14) } } });
    const { versions } = (await ben.json("policy", "history")) as { versions: readonly Record<string, unknown>[] };
    expect(versions.map(({ version, standing, by }) => [version, standing, (by as { name: string }).name])).toEqual([[1, "in force", "Ada"], [2, "coming", "Ada"]]);
    expect(await ben.hx("policy", "history")).toMatch(/^1\tin force\t.*\tAda\n2\tcoming\t.*\tAda\n$/);
  });

  it("shows every version in every clone, also where the files are gone", async () => {
    later(14);
    expect(await ben.hx("policy", "show")).toMatch(/^version 2, in force: .*The smallest group of which a figure is shown: 8 people/s);
    expect(await ben.hx("policy", "show", "1", "--language", "de")).toMatch(/^version 1, past: .*7 Tage.*Rechtsgrundlage/s);
    expect(await ben.failure("policy", "show", "1", "--language", "fr")).toMatchObject({ code: "not-found" });
    expect(await ben.failure("policy", "show", "3")).toMatchObject({ code: "not-found", hints: ["hx policy history"] });
    await rm(join(ada.checkout, ".hx/policy"), { recursive: true });
    const shown = (await ada.json("policy", "show", "1")) as { documents: readonly { name: string; text: string }[]; terms: object };
    expect(shown.documents.map(({ name }) => name)).toEqual(["annex.de.md", "annex.en.md", "policy.de.md", "policy.en.md"]);
    expect(shown.documents.every(({ text }) => text.includes("<!-- hx:company -->Example Ltd<!-- /hx -->"))).toBe(true);
    expect(shown.terms).toMatchObject({ group: 5, notice: 7, retention: 24 });

    // A stranger's clone: no identity, and the chain is brought by the first look.
    const eve = await world.machine("eve");
    const clone = world.path("clone-eve");
    await eve.git(dirname(clone), "clone", "-q", remote, clone);
    expect(await eve.hx(clone, "policy", "show", "1")).toContain("Session records policy of Example Ltd");
    expect(await eve.hx(clone, "policy", "check")).toContain("visibility.administrators");
  });

  it("differ in what `policy diff` says", async () => {
    later(14);
    const diff = (await ben.json("policy", "diff")) as { from: string; to: string; terms: unknown; documents: readonly { name: string; lines: readonly { side: string; text: string }[] }[] };
    expect([diff.from, diff.to, diff.terms]).toEqual(["1", "2", [{ term: "notice", from: "7 days", to: "1 day" }, { term: "group", from: "5", to: "8" }]]);
    expect(diff.documents.map(({ name }) => name)).toEqual(["annex.de.md", "annex.en.md", "policy.de.md", "policy.en.md"]);
    expect(diff.documents[3]?.lines.map(({ side }) => side)).toEqual(["from", "to", "from", "to", "from", "to"]);
    expect(await ben.hx("policy", "diff", "2", "2")).toContain("nothing changed");
    expect(await ben.failure("policy", "diff", "0")).toMatchObject({ exit: 2, code: "usage" });
    expect(await ben.failure("policy", "diff", "1", "draft")).toMatchObject({ exit: 1, code: "not-found" });
  });

  it("hold in a repository with what it tightens, and not with what it loosens", async () => {
    await writeFile(join(ben.checkout, ".hx/connection.yaml"), `${await readFile(join(ben.checkout, ".hx/connection.yaml"), "utf8")}terms:\n  group: 12\n  retention: 36\n`);
    later(14);
    expect(await ben.json("policy", "check")).toMatchObject({ of: "2", ok: true, here: { terms: { group: 12, retention: 24 }, ignored: ["retention"] } });
    expect(await ben.hx("policy", "check")).toContain("'retention' of '.hx/connection.yaml' is looser than the policy");
    await ben.machine.git(ben.checkout, "checkout", "-q", "--", ".hx/connection.yaml");
  });
});

it("no version is dated by a clock that is behind what was signed", async () => {
  later(14);
  const { acting, state, ledger } = await speaking(ada);
  const draft = { terms: TERMS, texts: [{ name: "policy.en.md", text: "x" }] };
  const dated = (now: number, newest: number): number => policyStatement(ledger.crypto.hashes, state.chain.state, acting, draft, { today: now, newest, effective: now + 60 }).published;
  expect(dated(today + 20, today + 20)).toBe(today + 20);
  expect(() => dated(today + 20, today + 21)).toThrow(/somebody signed on .* already/);
  expect(() => dated(today + 6, today)).toThrow(/somebody signed on .* already/);
});

describe("texts beside the statements", () => {
  it("may be missing, and must be what a policy names", async () => {
    later(14);
    const { ledger, state, identity } = await speaking(ada);
    const { store } = ledger.repository;
    const { crypto } = ledger;
    const { chain, state: said } = state.chain;
    const write = (documents: ReadonlyMap<string, Uint8Array>): Promise<Oid> => writeStatements(store, null, chain.statements, Date.now(), documents);
    /** The second reader must come to the same end. */
    const verified = async (tip: Oid): Promise<number> => {
      await ada.machine.git(ada.checkout, "update-ref", "refs/sessions/v1/root", tip);
      const other = await openRepository(ada.checkout, phrase).then(() => "ok", codeOf);
      const [size, code] = await verifyChain(ledger, store, tip).then((found) => [found.chain.documents.size, "ok"] as const, (error: HxError) => [error, error.code] as const);
      expect(other).toBe(code);
      await ada.machine.git(ada.checkout, "update-ref", "refs/sessions/v1/root", chain.tip);
      if (typeof size !== "number") throw size;
      return size;
    };
    const phrase = await readFile(world.path("phrase-ada"), "utf8");
    expect(chain.documents.size).toBe(8);
    const [[name, bytes] = ["", utf8("")]] = [...chain.documents];
    expect(await verified(await write(chain.documents))).toBe(8);
    expect(await verified(await write(new Map([[name, bytes]])))).toBe(1);
    expect(await verified(await write(new Map()))).toBe(0);
    await expect(write(new Map([[name, utf8("something else")]])).then(verified)).rejects.toMatchObject({ code: "workspace-invalid", message: expect.stringContaining("has another hash") });
    const stray = utf8("nobody named this");
    await expect(write(new Map([[toHex(crypto.hashes.h(stray)), stray]])).then(verified)).rejects.toMatchObject({ code: "workspace-invalid", message: expect.stringContaining("is named by no policy") });
    await expect(write(new Map([[name, new Uint8Array(17 * 4000 + 1)]])).then(verified)).rejects.toMatchObject({ code: "workspace-invalid", message: expect.stringContaining("is too long") });

    // A later commit may bring what is missing, and change nothing of what is there.
    const half = await write(new Map([[name, bytes]]));
    const next = signStatement(crypto, { device: identity.device, sign: identity.signSeed }, said, projectBody(crypto, said, newProjectId(crypto), "next"));
    const before = (await verifyChain(ledger, store, half)).chain;
    const whole = await writeStatements(store, before, [next], Date.now(), chain.documents);
    expect(await verified(whole)).toBe(8);
    const blob = await store.writeBlob(utf8("more"));
    const { tree, day } = parseCommit(await store.readCommit(whole));
    const [c, p] = await store.readTree(tree);
    const texts = await store.readTree(p?.oid ?? half);
    const grown = await store.writeTree([...(await store.readTree(texts.find((one) => one.name === name)?.oid ?? half)), { name: "9", mode: "100644", oid: blob }]);
    const forged = async (entries: readonly (typeof texts)[number][]): Promise<Oid> => {
      const top = await store.writeTree([...(c === undefined ? [] : [c]), { name: "p", mode: "40000", oid: await store.writeTree(entries) }]);
      return await store.writeCommit({ tree: top, parents: [half], day });
    };
    const others = texts.filter((one) => one.name !== name);
    await expect(forged([...others, { name, mode: "40000", oid: grown }]).then(verified)).rejects.toThrow(/adds a piece to the text/);
    await expect(forged(others).then(verified)).rejects.toThrow(/changes the text/);
    await expect(forged([...texts, { name: "x", mode: "40000", oid: grown }]).then(verified)).rejects.toThrow(/has no place/);
  });

  it("go along when statements are copied, or forwarded behind other commits", async () => {
    later(14);
    const { clone, ledger, state } = await speaking(ada);
    const { store } = ledger.repository;
    const ports = { crypto: ledger.crypto, clock: ledger.clock, remote: clone.remote };
    const home = { chain: state.chain.chain, state: state.chain.state };
    const into = await gitRepositories({ env: ada.machine.env }).bareStore(world.path("copy"), "sha1");
    expect((await copyWorkspace(ports, null, home, into)).chain.documents).toEqual(home.chain.documents);

    const elsewhere = await world.remote();
    const early = await writeStatements(store, null, home.chain.statements.slice(0, 3), Date.now());
    await ada.machine.git(ada.checkout, "push", "-q", elsewhere, `${early}:refs/sessions/v1/root`);
    expect((await syncWorkspace(ports, store, elsewhere)).kind).toBe("forwarded");
    expect((await fetchWorkspace(ports, store, elsewhere))?.chain.documents).toEqual(home.chain.documents);
    await ada.machine.git(ada.checkout, "update-ref", "refs/sessions/v1/root", home.chain.tip);
  });

  it("are said to be missing, and nothing else fails for it", async () => {
    later(14);
    const { ledger, state } = await speaking(ada);
    const { store } = ledger.repository;
    const { chain } = state.chain;
    const bare = await writeStatements(store, null, chain.statements, Date.now());
    await ada.machine.git(ada.checkout, "update-ref", "refs/sessions/v1/root", bare);
    const shown = await ada.machine.tryHx(ada.checkout, ["policy", "show", "1"]);
    expect([shown.code, shown.stdout]).toEqual([3, expect.stringContaining("the text 'policy.en.md' is not in this copy of the workspace chain")]);
    expect((await ada.machine.tryHx(ada.checkout, ["policy", "diff"])).code).toBe(3);
    expect((await ada.machine.tryHx(ada.checkout, ["policy", "check", "1"])).code).toBe(3);
    await ada.hx("policy", "history");
    await ada.machine.git(ada.checkout, "update-ref", "refs/sessions/v1/root", chain.tip);
  });
});
