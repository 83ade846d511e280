import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { inspect } from "../../src/app/inspect/inspect.ts";
import type { Inspection } from "../../src/app/inspect/inspection.ts";
import type { Ledger } from "../../src/app/ledger.ts";
import { refName, oid as oidOf, type Oid } from "../../src/domain/ids.ts";
import { openClone, openLedger, type Clone } from "../../src/wire/clone.ts";
import { startJourney, type Journey } from "../doctor/journey.ts";
import { startHttpRemote, type HttpRemote } from "../support/http-remote.ts";
import { makeSandbox, type Sandbox } from "../support/sandbox.ts";

let sandbox: Sandbox;
let remote: HttpRemote;
let journey: Journey;
let clone: Clone;
let ledger: Ledger;
let laneRef: string;
let keysRef: string;
let paths: readonly string[];

const look = (what: string): Promise<Inspection> => inspect(ledger, clone.repository, what);
const value = ({ sections }: Inspection, label: string): unknown => sections.flatMap(({ fields }) => fields).find(([name]) => name === label)?.[1];
const pathLike = (pattern: RegExp): string => `${laneRef}:${paths.find((path) => pattern.test(path)) ?? ""}`;

beforeAll(async () => {
  sandbox = await makeSandbox();
  remote = await startHttpRemote(sandbox);
  journey = await startJourney(sandbox, remote.url);
  await journey.newIdentity();
  await journey.connect();
  await journey.addSession();
  await journey.sessions.capture({ agents: [], dryRun: false });
  await journey.sessions.sync({ full: false, dryRun: false });
  clone = await openClone(journey.settings, journey.top);
  ledger = await openLedger(clone);
  const refs = (await sandbox.git(journey.top, "for-each-ref", "--format=%(refname)", "refs/sessions")).split("\n");
  laneRef = refs.find((ref) => ref.includes("/lane/")) ?? "";
  keysRef = refs.find((ref) => ref.includes("/keys/")) ?? "";
  paths = (await sandbox.git(journey.top, "ls-tree", "-r", "--name-only", laneRef)).split("\n");
});

afterAll(async () => {
  await remote.close();
  await sandbox.remove();
});

describe("inspect names what lies there", () => {
  it("a lane: commit, tree, header, and that its signature and certificate verify", async () => {
    const found = await look(laneRef);
    expect(found.kind).toBe("lane");
    expect(found.sections.map(({ title }) => title)).toEqual(["object", "commit", "tree", "envelope", "payload", "signature", "certificate"]);
    expect(value(found, "grammar")).toBe("ok");
    expect(value(found, "lane id")).toBe(laneRef.split("/").at(-1));
    for (const title of ["signature", "certificate"]) expect(found.sections.find((section) => section.title === title)?.fields).toContainEqual(["verifies", true]);
  });

  it("by a ref's short name, by an object id, and by a path", async () => {
    const head = await sandbox.git(journey.top, "rev-parse", laneRef);
    expect((await look(laneRef.replace("refs/sessions/v1/", ""))).kind).toBe("lane");
    expect((await look(head)).kind).toBe("commit");
    expect((await look(`${head}:h`)).kind).toBe("header");
    expect((await look(await sandbox.git(journey.top, "rev-parse", `${laneRef}:h`))).kind).toBe("header");
    expect((await look(`${laneRef}:s`)).kind).toBe("tree");
  });

  it("every file of a lane and its keys ref by its kind", async () => {
    expect((await look(`${laneRef}:b/0`)).kind).toBe("body");
    expect(value(await look(`${laneRef}:b/0`), "is what the header commits to")).toBe(true);
    expect((await look(pathLike(/^s\/.*\/m$/))).kind).toBe("manifest");
    expect((await look(pathLike(/^x\//))).kind).toBe("sealed item");
    const part = await look(pathLike(/^s\/.*\/p0$/));
    expect([part.kind, value(part, "part")]).toEqual(["part record", 0]);
    const segment = await look(pathLike(/^s\/.*\/\d+$/));
    expect([segment.kind, value(segment, "suite"), value(segment, "length that a segment can have"), value(segment, "content")]).toEqual(["segment", 1, true, "sealed"]);
    expect((await look(`${keysRef}:h`)).kind).toBe("keys header");
    const wrap = (await sandbox.git(journey.top, "ls-tree", "-r", "--name-only", keysRef)).split("\n").find((path) => path.startsWith("w/"));
    expect((await look(`${keysRef}:${wrap ?? ""}`)).kind).toBe("wrap");
  });

  it("statements of the workspace chain, with the device that signed them", async () => {
    const root = await look("refs/sessions/v1/root");
    expect(root.kind).toBe("workspace chain");
    const types = root.sections.find(({ title }) => title === "statements")?.fields.map(([, line]) => String(line).split(" ")[0]);
    expect(types).toEqual(["genesis", "project", "connect"]);
    for (const n of ["00/00000000.0", "02/00000002.0"]) {
      const statement = await look(`refs/sessions/v1/root:c/${n}`);
      expect([statement.kind, value(statement, "verifies")]).toEqual(["statement", true]);
      expect(value(statement, "signed by")).toMatch(/^device key [0-9a-f]{16}…$/);
    }
  });

  it("the connection file of a branch, and whether its genesis is that of the repo", async () => {
    await sandbox.git(journey.top, "add", ".hx");
    await sandbox.git(journey.top, "-c", "core.hooksPath=/dev/null", "commit", "--quiet", "--message=connect");
    const found = await look("HEAD:.hx/connection.yaml");
    expect([found.kind, value(found, "is the repo of the file"), value(found, "workspace")]).toEqual(["connection", true, ledger.workspace]);
  });

  it("what waits in the stage", async () => {
    const { stage } = ledger;
    const blob = await stage.writeBlob(new TextEncoder().encode("staged by a test\n"));
    const found = await look(blob);
    expect([found.kind, value(found, "found in"), value(found, "text")]).toEqual(["blob of no known kind", "stage", "staged by a test"]);
  });
});

describe("inspect judges nothing away", () => {
  const write = (bytes: Uint8Array): Promise<Oid> => clone.repository.store.writeBlob(bytes);
  const blobAt = async (what: string): Promise<Uint8Array> => clone.repository.store.readBlob(oidOf(await sandbox.git(journey.top, "rev-parse", what)));

  it("a signature that does not verify is told, not thrown", async () => {
    const header = Uint8Array.from(await blobAt(`${laneRef}:h`));
    header[header.length - 1] = (header.at(-1) ?? 0) ^ 1;
    expect(value(await look(await write(header)), "verifies")).toBe(false);
  });

  it("bytes of no kind are shown as hex", async () => {
    const found = await look(await write(Uint8Array.of(0xff, 0, 1, 2)));
    expect([found.kind, value(found, "first bytes")]).toEqual(["blob of no known kind", "ff000102"]);
  });

  it("damage in a known place is named with its code", async () => {
    const { store } = clone.repository;
    const bad = await store.writeBlob(Uint8Array.of(0xa1));
    const tree = async (name: string, id: Oid): Promise<Oid> => store.writeTree([{ name, mode: "40000", oid: id }]);
    const session = "ab".repeat(16);
    const root = await tree("s", await tree("ab", await tree(session, await store.writeTree([{ name: "p0", mode: "100644", oid: bad }]))));
    const found = await look(`${root}:s/ab/${session}/p0`);
    expect([found.kind, value(found, "code"), value(found, "first bytes")]).toEqual(["damaged part record", "encoding-invalid", "a1"]);
  });

  it("a commit of somebody else is not of the grammar", async () => {
    expect(value(await look(await sandbox.git(journey.top, "rev-parse", "HEAD")), "grammar")).toMatch(/^not one of hx/);
  });

  it("a segment that was not fetched is named as absent", async () => {
    const { store } = clone.repository;
    const absent = oidOf("12".repeat(20));
    const tree = await store.writeTree([{ name: "x", mode: "100644", oid: absent }]);
    await store.update([{ ref: refName("refs/hx/test"), from: null, to: await store.writeCommit({ tree, parents: [], day: 0 }) }]);
    expect((await look("refs/hx/test:x")).kind).toBe("object that is not present");
  });

  it.each(["", ":", "nothing", "refs/sessions/v1/none", "refs/../x", "--help", "a:b", "0".repeat(40), "refs/sessions/v1/root:none", "HEAD:none", "HEAD\n:x"])("%j is not found", async (what) => {
    await expect(look(what)).rejects.toMatchObject({ code: "not-found" });
  });
});
