import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { prompt, transcriptPath, writeQuiet } from "../journey/claude.ts";
import { list, makeWorld, type JourneyWorld } from "../journey/world.ts";
import { admitted, founder, type Colleague } from "../support/workspace-people.ts";
import { approveRequest } from "./approve-request.ts";

let world: JourneyWorld;
let ada: Colleague;
let ben: Colleague;
let cyd: Colleague;

interface Row {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly reason: string;
  readonly about: { readonly session?: string; readonly commit?: string; readonly line?: number };
  readonly command?: string;
  readonly denial?: { readonly reason?: string };
  readonly from: { readonly name: string };
}
interface Listing {
  readonly inbox: readonly Row[];
  readonly asked: readonly Row[];
  readonly settled: readonly Row[];
}

const listing = async (who: Colleague, ...more: string[]): Promise<Listing> => (await who.json("requests", ...more)) as unknown as Listing;
const asks = async (who: Colleague, what: string, reason: string, ...more: string[]): Promise<Row & Record<string, unknown>> =>
  (await who.json("request", what, "--team", "core", "--reason", reason, ...more)) as unknown as Row & Record<string, unknown>;

/** A commit by somebody, pushed and fetched by all. @returns its object id */
async function commit(by: Colleague, path: string, text: string, ...options: string[]): Promise<string> {
  await by.machine.git(by.checkout, "pull", "-q", "--rebase", "origin", "main");
  await writeFile(join(by.checkout, path), text);
  await by.machine.git(by.checkout, "add", path);
  await by.machine.git(by.checkout, ...options, "commit", "-qm", `change ${path}`);
  await by.machine.git(by.checkout, "push", "-q", "origin", "HEAD:main");
  for (const who of [ada, ben, cyd]) await who.machine.git(who.checkout, "pull", "-q", "--rebase", "origin", "main");
  return by.machine.git(by.checkout, "rev-parse", "HEAD");
}

beforeAll(async () => {
  world = await makeWorld("in-process");
  const remote = await world.remote("http");
  ada = await founder(world, remote, "Ada", "ada");
  ben = await admitted(world, remote, ada, "Ben", "ben");
  cyd = await admitted(world, remote, ada, "Cyd", "cyd");
  await ada.hx("team", "create", "core");
  await ada.hx("team", "nominate", "core", "ben", "cyd");
  await ben.hx("team", "admit", "core");
  for (const who of [ada, ben, cyd]) await who.hx("sync");
}, 120_000);
afterAll(() => world.close());

describe("who may ask", () => {
  it("is refused until they are in the team, and the team has the project; each time with the command that mends it", async () => {
    const head = await commit(ada, "cart.ts", "export const total = 1;\n");
    expect(await cyd.failure("request", head, "--team", "core", "--reason", "why")).toMatchObject({ exit: 4, code: "not-recipient", hints: ["hx team admit core Cyd"] });
    expect(await ada.failure("request", head, "--team", "core", "--reason", "why")).toMatchObject({ exit: 4, code: "not-recipient", hints: ["hx team nominate core Ada"] });
    expect(await ben.failure("request", head, "--team", "core", "--reason", "why")).toMatchObject({ exit: 14, code: "refused", hints: ["hx project grant core"] });
    expect(await ben.failure("request", head, "--team", "none", "--reason", "why")).toMatchObject({ exit: 1, code: "not-found" });
    await ada.hx("project", "grant", "core");
    await ben.hx("team", "admit", "core", "cyd");
    await cyd.hx("sync");
  });
});

describe("a request about a session", () => {
  it("needs the author's name, which nothing shows before an approval does", async () => {
    await writeQuiet(transcriptPath(ada.machine.home, ada.checkout, "0a1b2c3d-0000-4000-8000-0000000000aa"), prompt("private thoughts", ada.checkout));
    await ada.hx("capture");
    await ada.hx("sync");
    await ben.hx("sync");
    const id = (await list(ada.machine, ada.checkout)).find(({ title }) => title === "private thoughts")?.id ?? "";
    expect(await ada.failure("request", id, "--team", "core", "--reason", "x")).toMatchObject({ code: "not-recipient" });
    expect(await ben.failure("request", id, "--team", "core", "--reason", "x")).toMatchObject({ exit: 2, code: "answer-needed" });
    expect(await asks(ben, id.slice(0, 10), "x", "--to", "ada@example.com")).toMatchObject({ about: { session: id }, sessionKnown: true, to: { name: "Ada" } });
    expect(await asks(ben, "f".repeat(32), "x", "--to", "ada")).toMatchObject({ sessionKnown: false });
    await approveRequest(ada, (await listing(ben)).asked.find(({ about }) => about.session === id)?.name ?? "");
    await ben.hx("sync");
    // The approval showed whose lane it is.
    expect(await asks(ben, id, "more of it", "--turns", "1")).toMatchObject({ to: { name: "Ada" } });
    expect(await ben.failure("request", id, "--team", "core", "--reason", "x", "--to", "cyd")).toMatchObject({ code: "refused" });
  });
});

describe("a request about a line", () => {
  it("goes to the author of its commit, who learns of it at the next sync, in status, and by a note for the hook", async () => {
    const oid = await commit(ada, "tax.ts", "export const rate = 0.19;\nexport const rounded = Math.round(rate * 100);\n");
    await writeFile(join(ben.checkout, "tax.ts"), "// mine, not committed\nexport const rate = 0.19;\nexport const rounded = Math.round(rate * 100);\n");
    expect(await ben.failure("request", "tax.ts:1", "--team", "core", "--reason", "why")).toMatchObject({ code: "not-found" });
    expect(await ben.failure("request", "tax.ts:9", "--team", "core", "--reason", "why")).toMatchObject({ code: "not-found" });
    const shown = await ben.hx("request", "tax.ts:3", "--team", "core", "--reason", "why is it rounded?", "--turns", "9,3-7");
    expect(shown).toMatch(/^r[0-9a-f]{8} {2}asked Ada for tax\.ts:2 of commit [0-9a-f]{8}, turns 3-7, 9, for team core\n/);
    expect(shown).toContain("author unproven");
    await ben.machine.git(ben.checkout, "checkout", "-q", "tax.ts");
    const mine = (await listing(ben)).asked.find(({ about }) => about.line === 2);
    expect(mine).toMatchObject({ state: "open", about: { commit: oid, path: "tax.ts", line: 2 }, turns: [{ from: 3, to: 7 }, { from: 9, to: 9 }], reason: "why is it rounded?" });
    expect(await ben.failure("request", "tax.ts:2", "--team", "core", "--reason", "again", "--turns", "3-7,9")).toMatchObject({ code: "exists" });

    const synced = await ada.json("sync");
    expect(synced["requests"]).toContainEqual({ request: mine?.name, message: "Ben asks for tax.ts:2 of commit " + oid.slice(0, 8) + ", turns 3-7, 9, for team core", command: `hx share ${mine?.name} --team core` });
    expect(await readFile(join(ada.checkout, ".git/hx/requests.new"), "utf8")).toMatch(/^[1-9]\n$/);
    const status = (await ada.json("status"))["warnings"] as readonly { message: string; fix: string }[];
    expect(status.map(({ fix }) => fix)).toContain(`hx share ${mine?.name} --team core`);
    await expect(readFile(join(ada.checkout, ".git/hx/requests.new"), "utf8")).rejects.toThrow();
    expect(await ada.hx("sync")).toContain(`hx share ${mine?.name} --team core`);
    const inbox = await listing(ada);
    expect(inbox.inbox.find(({ name }) => name === mine?.name)).toMatchObject({ from: { name: "Ben" }, command: `hx share ${mine?.name} --team core` });
    expect(await cyd.hx("requests")).toBe("");
  });

  it("can be withdrawn by who asked alone, and asked again", async () => {
    const name = (await listing(ben)).asked.find(({ about }) => about.line === 2)?.name ?? "";
    expect(await ada.failure("request", "--withdraw", name)).toMatchObject({ exit: 14, code: "refused" });
    expect(await cyd.failure("request", "--withdraw", name)).toMatchObject({ code: "not-found" });
    expect(await ben.json("request", "--withdraw", name)).toMatchObject({ schema: "hx.request/1", state: "withdrawn", already: false });
    expect(await ben.json("request", "--withdraw", name)).toMatchObject({ already: true });
    const named = (rows: readonly Row[]): Row | undefined => rows.find((row) => row.name === name);
    expect(named((await listing(ada)).inbox)).toBeUndefined();
    expect(named((await listing(ada, "--all")).settled)).toMatchObject({ state: "withdrawn" });
    expect(named((await listing(ben)).asked)).toBeUndefined();
    expect(named((await listing(ben, "--all")).asked)).toMatchObject({ state: "withdrawn" });
    const again = await asks(ben, "tax.ts:2", "once more", "--turns", "3-7,9");
    expect(again.name).not.toBe(name);
    await approveRequest(ada, name);
    expect((await listing(ben, "--all")).asked.find((row) => row.name === name)).toMatchObject({ state: "approved" });
    expect(await ben.failure("request", "--withdraw", name)).toMatchObject({ code: "refused" });
    expect(await ada.failure("deny", name)).toMatchObject({ code: "refused" });
  });

  it("can be denied by who was asked alone, asked again, and approved in spite of it", async () => {
    const { name } = (await listing(ben)).asked.find(({ state, about }) => state === "open" && about.line === 2) ?? { name: "" };
    expect(await ben.failure("deny", name)).toMatchObject({ code: "refused" });
    expect(await ada.json("deny", name, "--reason", "private")).toMatchObject({ schema: "hx.deny/1", state: "denied", already: false });
    expect(await ada.hx("deny", name)).toBe(`${name}  was denied already\n`);
    expect((await listing(ben)).asked.find((row) => row.name === name)).toMatchObject({ state: "denied", denial: { reason: "private" } });
    const again = await asks(ben, "tax.ts:2", "and again", "--turns", "3-7,9");
    expect(again).toMatchObject({ state: "open" });
    await approveRequest(ada, name, { expires: Date.now() - 1000 });
    expect((await listing(ben)).asked.find((row) => row.name === name)).toMatchObject({ state: "expired" });
  });
});

describe("whom a commit belongs to", () => {
  it("is the member with its e-mail, by the mailmap; nobody and oneself are refused, unless a person is named", async () => {
    const strange = await commit(ada, "odd.ts", "export const odd = true;\n", "-c", "user.name=Ada", "-c", "user.email=ada@examp1e.com");
    // The environment of the machine names the author: it is set aside here.
    await ada.machine.git(ada.checkout, "commit", "-q", "--amend", "--no-edit", "--author", "Ada <ada@examp1e.com>");
    await ada.machine.git(ada.checkout, "push", "-q", "-f", "origin", "HEAD:main");
    const oid = await ada.machine.git(ada.checkout, "rev-parse", "HEAD");
    expect(oid).not.toBe(strange);
    await ben.machine.git(ben.checkout, "fetch", "-q", "origin");
    await ben.machine.git(ben.checkout, "reset", "-q", "--hard", "origin/main");
    const nobody = await ben.failure("request", oid, "--team", "core", "--reason", "why");
    expect(nobody).toMatchObject({ exit: 1, code: "not-found" });
    expect(nobody?.message).toContain("ada@examp1e.com");
    await writeFile(join(ben.checkout, ".mailmap"), "Cyd <cyd@example.com> <ada@examp1e.com>\n");
    expect(await asks(ben, oid, "by the mailmap")).toMatchObject({ to: { name: "Cyd" }, authorProven: false });
    await writeFile(join(ben.checkout, ".mailmap"), "Ben <BEN@Example.com> <ada@examp1e.com>\n");
    expect(await ben.failure("request", oid, "--team", "core", "--reason", "why")).toMatchObject({ exit: 14, code: "refused" });
    expect(await asks(ben, oid, "by name", "--to", "ada")).toMatchObject({ to: { name: "Ada" } });
    await writeFile(join(ben.checkout, ".mailmap"), "");
    expect(await ben.failure("request", "nothing", "--team", "core", "--reason", "why")).toMatchObject({ code: "not-found" });
    expect(await ben.failure("request", "--output=x", "--team", "core", "--reason", "why")).toMatchObject({ exit: 2 });
    await ben.machine.git(ben.checkout, "reset", "-q", "--hard", "origin/main");
    for (const who of [ada, cyd]) await who.machine.git(who.checkout, "reset", "-q", "--hard", "origin/main").catch(() => undefined);
    await cyd.machine.git(cyd.checkout, "fetch", "-q", "origin");
    await cyd.machine.git(cyd.checkout, "reset", "-q", "--hard", "origin/main");
  });

  it("is proven by a signature that git verifies as the author's, and by no other", async () => {
    const key = world.path("signing");
    await ada.machine.git(ada.checkout, "-c", `alias.keygen=!ssh-keygen -q -t ed25519 -N "" -C throwaway -f ${key}`, "keygen");
    const signed = await commit(ada, "signed.ts", "export const signed = 1;\n", "-c", "gpg.format=ssh", "-c", `user.signingkey=${key}`, "-c", "commit.gpgsign=true");
    expect(await asks(ben, signed, "unknown key")).toMatchObject({ authorProven: false });
    const signers = world.path("signers");
    await ben.machine.git(ben.checkout, "config", "gpg.ssh.allowedSignersFile", signers);
    const name = (await listing(ben)).asked.find(({ about }) => about.commit === signed)?.name ?? "";
    await ben.hx("request", "--withdraw", name);
    await writeFile(signers, `mallory@example.com ${await readFile(`${key}.pub`, "utf8")}`);
    const other = await asks(ben, signed, "a key of somebody else");
    expect(other).toMatchObject({ authorProven: false });
    await ben.hx("request", "--withdraw", other.name);
    await writeFile(signers, `ada@example.com ${await readFile(`${key}.pub`, "utf8")}`);
    const shown = await ben.hx("request", signed, "--team", "core", "--reason", "the key of the author");
    expect(shown).not.toContain("unproven");
  });
});

describe("what is said", () => {
  it("is at most 400 bytes, comes from standard input too, and moves no cursor", async () => {
    const odd = "\u001b[2Jgone\u202Eevil\u0007\nand a second line";
    const head = await commit(ada, "why.ts", "export const why = 1;\n");
    expect(await ben.failure("request", head, "--team", "core", "--reason", "é".repeat(201))).toMatchObject({ exit: 2, code: "usage" });
    const piped = await ben.machine.tryHx(ben.checkout, ["request", head, "--team", "core", "--reason", "-"], `${odd}\n`);
    expect(piped.code).toBe(0);
    const shown = await ada.hx("requests");
    expect(shown).toContain("gone");
    expect(shown).not.toMatch(/[\u001b\u0007\u202e]/);
    expect((await listing(ada)).inbox.map(({ reason }) => reason)).toContain(odd);
    expect(await ada.hx("requests", "--json")).not.toMatch(/[\u001b\u0007\u202e]/);
    await asks(ben, head, "é".repeat(200), "--turns", "1-2");
  });

  it("is asked for where it is missing, and fails without a terminal", async () => {
    expect(await ben.failure("request", "HEAD", "--team", "core")).toMatchObject({ exit: 2, code: "answer-needed", hints: ["answer it with --reason <text>"] });
    expect(await ben.failure("request", "HEAD", "--reason", "x")).toMatchObject({ exit: 2, code: "answer-needed", hints: ["answer it with --team <team>"] });
    expect(await ben.failure("request")).toMatchObject({ exit: 2, code: "usage" });
    expect(await ben.failure("request", "HEAD", "--withdraw", "r1234")).toMatchObject({ exit: 2, code: "usage" });
    expect(await ben.failure("request", "HEAD", "--team", "core", "--reason", "x", "--turns", "7-3")).toMatchObject({ exit: 2, code: "usage" });
    expect(await ben.failure("deny", "r00")).toMatchObject({ exit: 1, code: "not-found" });
  });

  it("is nowhere in the clone or on the remote in the clear", async () => {
    const secret = "a reason that nobody else reads";
    const head = await commit(ada, "secret.ts", "export const s = 1;\n");
    await asks(ben, head, secret);
    await cyd.hx("sync");
    const grep = await cyd.machine.git(cyd.checkout, "-c", "alias.look=!grep -rl --binary-files=text 'nobody else reads' .git || true", "look");
    expect(grep).toBe("");
    expect((await listing(cyd, "--all")).settled.some(({ reason }) => reason === secret)).toBe(false);
  });
});

describe("a request of somebody who left the team", () => {
  it("is stale, and waits for nobody", async () => {
    const head = await commit(ada, "late.ts", "export const late = 1;\n");
    const { name } = await asks(cyd, head, "before I go");
    expect((await listing(ada)).inbox.map((row) => row.name)).toContain(name);
    await ada.hx("team", "remove", "core", "cyd", "--yes");
    expect((await listing(ada)).inbox.map((row) => row.name)).not.toContain(name);
    expect((await listing(ada, "--all")).settled.find((row) => row.name === name)).toMatchObject({ state: "stale" });
    await cyd.hx("sync");
    expect((await listing(cyd)).asked.find((row) => row.name === name)).toMatchObject({ state: "stale" });
  });
});
