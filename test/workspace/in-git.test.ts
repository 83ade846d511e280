import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { connectionYaml } from "../../src/adapters/connection/yaml.ts";
import { loadCrypto } from "../../src/adapters/crypto/libsodium.ts";
import { gitRemote } from "../../src/adapters/git/remote.ts";
import { gitRepositories } from "../../src/adapters/git/repositories.ts";
import { filePlaces } from "../../src/adapters/places/places.ts";
import { workTree } from "../../src/adapters/places/work-tree.ts";
import { appendStatements } from "../../src/app/workspace/append.ts";
import { readChain } from "../../src/app/workspace/chain.ts";
import { projectBody } from "../../src/app/workspace/compose.ts";
import { readConnection } from "../../src/app/workspace/connection.ts";
import { newProjectId, say } from "../../src/app/workspace/found.ts";
import { planInit } from "../../src/app/workspace/init-plan.ts";
import type { InitAnswers, InitWorld } from "../../src/app/workspace/init-plan.ts";
import { applyInit, applyUninstall, planUninstall } from "../../src/app/workspace/init.ts";
import type { ApplyPorts } from "../../src/app/workspace/init.ts";
import { copyWorkspace, fetchWorkspace, publish, readWorkspace, syncWorkspace } from "../../src/app/workspace/sync.ts";
import { isHxError } from "../../src/domain/errors.ts";
import type { ErrorCode } from "../../src/domain/errors.ts";
import { oid } from "../../src/domain/ids.ts";
import type { WorkspaceState } from "../../src/domain/workspace/state.ts";
import { ROOT_REF } from "../../src/format/paths.ts";
import type { Crypto } from "../../src/ports/crypto.ts";
import type { Repository, Store } from "../../src/ports/git.ts";
import type { HookPlace } from "../../src/ports/hooks.ts";
import { makeSandbox } from "../support/sandbox.ts";
import type { Sandbox } from "../support/sandbox.ts";
import { makePerson } from "./people.ts";
import type { TestPerson } from "./people.ts";

let rebuilds = 0;
const NOW = Date.UTC(2026, 5, 3, 15, 4, 5);
let crypto: Crypto;
let ann: TestPerson;
let box: Sandbox;
let hub: string;
let work: string;

beforeAll(async () => {
  crypto = await loadCrypto();
  ann = makePerson(crypto);
});
beforeEach(async () => {
  box = await makeSandbox();
  hub = await box.makeRepo({ name: "hub.git", bare: true });
  await box.git(hub, "config", "receive.fsckObjects", "true");
  work = await box.makeRepo({ name: "work" });
  await box.git(work, "commit", "-q", "--allow-empty", "-m", "first");
  await box.git(work, "remote", "add", "origin", hub);
  await box.git(work, "push", "-q", "-u", "origin", "main");
});
afterEach(() => box.remove());

async function open(directory = work): Promise<Repository> {
  const repository = await gitRepositories({ env: box.env }).find(directory);
  if (repository === null) throw new Error("no repository");
  return repository;
}

async function portsAt(directory = work): Promise<ApplyPorts> {
  const { checkout } = await open(directory);
  return { crypto, clock: { now: () => NOW }, remote: gitRemote({ env: box.env, checkout }), file: connectionYaml, places: filePlaces(), workTree };
}

async function world(directory = work, over: Partial<InitWorld> = {}): Promise<InitWorld> {
  return { repository: await open(directory), identity: { person: ann.id, device: ann.acting.device }, throwaway: null, authors: 7, places: [], ...over };
}

const named = { name: { name: "Ann", email: "ann@example.org" } };
const init = async (directory = work, answers: InitAnswers = {}, over: Partial<InitWorld> = {}, person = ann) =>
  applyInit(await portsAt(directory), await world(directory, over), answers, { ...named, ...person.acting });

async function refusal(code: ErrorCode, action: Promise<unknown>, why?: RegExp): Promise<void> {
  const seen: unknown = await action.then(() => "no error", (error: unknown) => error);
  expect(isHxError(seen) ? seen.code : seen).toBe(code);
  if (why !== undefined) expect(isHxError(seen) ? seen.message : "").toMatch(why);
}

const addProject = (state: WorkspaceState, name: string) => say(crypto, ann.acting, state, [(at) => projectBody(crypto, at, newProjectId(crypto), name)]).statements;
const speaker = (name: string) => (state: WorkspaceState | null) => (state === null ? [] : addProject(state, name));

describe("hx init", () => {
  it("founds a workspace, connects the repository, and can be run again", async () => {
    const plan = await planInit(await portsAt(), await world(work, { identity: null }), {});
    expect(plan.blockers).toEqual([]);
    expect(plan.steps.filter(({ action }) => action === "make").map(({ what }) => what)).toEqual(["identity", "workspace", "project", "connect", "connection-file", "refs"]);
    expect(await box.git(work, "for-each-ref", "refs/sessions", "refs/hx")).toBe("");

    const done = await init();
    expect(done.fileWritten).toBe(true);
    expect(done.membership?.workspace).toBe(done.state.workspace);
    expect(await box.git(hub, "for-each-ref", "--format=%(refname)")).toBe("refs/heads/main\nrefs/sessions/v1/root");
    await box.git(hub, "fsck", "--strict");
    expect(await box.git(hub, "log", "--format=%an %ae %ct%B", "refs/sessions/v1/root")).toBe(`hx hx@invalid ${Date.UTC(2026, 5, 3) / 1000}`);
    const connection = await readConnection(await portsAt(), await open(), done.state);
    expect(connection.source).toBe("working tree");
    expect(connection.listedRemotes.map(({ name }) => name)).toEqual(["origin"]);

    const file = await readFile(`${work}/.hx/connection.yaml`, "utf8");
    const again = await init();
    expect(again.state).toEqual(done.state);
    expect(again.fileWritten).toBe(false);
    expect(await readFile(`${work}/.hx/connection.yaml`, "utf8")).toBe(file);
  });

  it("mends what a crash left: the chain without the file, the file without hooks", async () => {
    const done = await init();
    await rm(`${work}/.hx`, { recursive: true });
    const again = await init();
    expect(again.repo).toBe(done.repo);
    expect(again.state.head).toEqual(done.state.head);
    expect(again.fileWritten).toBe(true);
  });

  it("does not found a second workspace for a second person", async () => {
    await init();
    await box.git(work, "add", ".hx");
    await box.git(work, "commit", "-q", "-m", "connect");
    await box.git(work, "push", "-q");
    await box.git(box.root, "clone", "-q", hub, "clone");
    const bob = makePerson(crypto);
    const plan = await planInit(await portsAt(box.path("clone")), await world(box.path("clone"), { identity: { person: bob.id, device: bob.acting.device } }), {});
    expect(plan.blockers.map(({ code, hints }) => [code, hints[0]])).toEqual([["not-connected", "hx identity restore"]]);
    await refusal("not-connected", init(box.path("clone"), {}, {}, bob), /not a member/);
    const annAgain = await init(box.path("clone"));
    expect(annAgain.fileWritten).toBe(false);
    expect((await readConnection(await portsAt(box.path("clone")), await open(box.path("clone")), annAgain.state)).source).toBe("default branch");
  });

  it("asks for a remote first, refuses a home that will not last, and warns where it cannot know", async () => {
    await refusal("refused", init(work, {}, { throwaway: "a container" }), /a container/);
    expect((await init(work, { throwawayOk: true }, { throwaway: "a container" })).state.head.n).toBe(2);
    const alone = await box.makeRepo({ name: "alone" });
    await refusal("not-connected", init(alone), /no remote/);
    const away = await box.makeRepo({ name: "away" });
    await box.git(away, "remote", "add", "origin", box.path("nowhere.git"));
    await refusal("remote-failed", init(away));
    const plan = await planInit(await portsAt(away), await world(away, { authors: 2 }), { offlineOk: true, remotes: [box.path("nowhere.git"), "https://github.com/a/b"] });
    expect(plan.warnings.map(({ code }) => code)).toEqual(["public-host", "few-authors", "offline"]);
  });

  it("founds without the remote when told, and the next sync brings the chain there", async () => {
    const away = await box.makeRepo({ name: "away" });
    await box.git(away, "remote", "add", "origin", box.path("later.git"));
    const done = await init(away, { offlineOk: true });
    await box.makeRepo({ name: "later.git", bare: true });
    const synced = await syncWorkspace(await portsAt(away), (await open(away)).store, "origin");
    expect(synced.kind).toBe("forwarded");
    expect((await fetchWorkspace(await portsAt(away), (await open(away)).store, "origin"))?.state).toEqual(done.state);
  });

  it("keeps the workspace in another repository, and copies its chain here", async () => {
    const home = await box.makeRepo({ name: "home.git", bare: true });
    const homeStore = await gitRepositories({ env: box.env }).bareStore(box.path("store"), "sha1");
    const done = await init(work, { workspace: home }, { homeStore });
    expect(done.state.home).not.toBe(done.repo);
    expect((await readWorkspace(await portsAt(), (await open()).store))?.state).toEqual(done.state);
    expect(await box.git(home, "for-each-ref", "--format=%(refname)")).toBe("refs/sessions/v1/root");
    const other = await box.makeRepo({ name: "other" });
    await box.git(other, "remote", "add", "origin", await box.makeRepo({ name: "hub2.git", bare: true }));
    const second = await init(other, { workspace: home }, { homeStore });
    expect(second.state.workspace).toBe(done.state.workspace);
    expect([...second.state.connections.keys()].sort()).toEqual([done.repo, second.repo].sort());
    const { store } = await open();
    const before = await readWorkspace(await portsAt(), store);
    await copyWorkspace(await portsAt(), before, { chain: (await fetchWorkspace(await portsAt(), homeStore, home))?.chain ?? fail(), state: second.state }, store);
    expect((await readWorkspace(await portsAt(), (await open()).store))?.state).toEqual(second.state);
  });

  it("copies the chain where two processes do it at once, and the one is further than the other", async () => {
    const home = await box.makeRepo({ name: "home.git", bare: true });
    const homeStore = await gitRepositories({ env: box.env }).bareStore(box.path("store"), "sha1");
    await init(work, { workspace: home }, { homeStore });
    const [ports, { store }] = [await portsAt(), await open()];
    const before = (await readWorkspace(ports, store)) ?? fail();
    const one = await publish(ports, homeStore, home, speaker("one"));
    const two = await publish(ports, homeStore, home, speaker("two"));
    await Promise.all([copyWorkspace(ports, before, two, store), copyWorkspace(ports, before, one, store)]);
    expect((await readWorkspace(ports, store))?.state).toEqual(two.state);
    expect((await copyWorkspace(ports, before, one, store)).state).toEqual(two.state);
    const three = await publish(ports, homeStore, home, speaker("three"));
    await appendStatements(store, ROOT_REF, (await readWorkspace(ports, store))?.chain ?? null, addProject(two.state, "fork"), NOW);
    await refusal("workspace-fork", copyWorkspace(ports, two, three, store), /number 5/);
  });

  it("says what uninstall takes away, and takes only hooks", async () => {
    const seen: string[] = [];
    const place: HookPlace = {
      name: "git",
      plan: async () => ({ changes: [{ where: "hooks/post-commit", what: "a hook" }], byHand: [] }),
      install: async () => (seen.push("install"), { changes: [], byHand: [] }),
      remove: async () => (seen.push("remove"), { changes: [], byHand: [] }),
      state: async () => [{ event: "post-commit", state: "installed", where: "hooks/post-commit" }, { event: "pre-push", state: "absent", where: "x" }],
    };
    await init(work, {}, { places: [place] });
    expect((await planUninstall([place])).flatMap(({ entries }) => entries.map(({ event }) => event))).toEqual(["post-commit"]);
    await applyUninstall([place]);
    expect(seen).toEqual(["install", "remove"]);
    expect(await readWorkspace(await portsAt(), (await open()).store)).not.toBeNull();
  });
});

describe("the chain in git", () => {
  it.each(["sha1", "sha256"] as const)("grows by commits that add, in a %s repository", async (objectFormat) => {
    await init();
    const first = await readWorkspace(await portsAt(), (await open()).store);
    if (first === null) throw new Error("no chain");
    const store = (await open(await box.makeRepo({ objectFormat }))).store;
    let chain = await appendStatements(store, ROOT_REF, null, first.chain.statements, NOW);
    let state = first.state;
    for (const name of ["a", "b"]) {
      const said = say(crypto, ann.acting, state, [(at) => projectBody(crypto, at, newProjectId(crypto), name)]);
      state = said.state;
      chain = await appendStatements(store, ROOT_REF, chain, said.statements, NOW + 86_400_000);
    }
    expect(chain?.statements.length).toBe(5);
    expect((await readWorkspace(await portsAt(), store))?.state).toEqual(state);
    expect(await appendStatements(store, ROOT_REF, first.chain, addProject(first.state, "late"), NOW).catch(() => null)).toBeNull();
  });

  it("is refused outside its grammar", async () => {
    await init();
    const { store } = await open();
    const chain = (await readWorkspace(await portsAt(), store))?.chain ?? fail();
    const read = (tip: string) => readChain(store, oid(tip), NOW);
    const rebuilt = async (change: (lines: string[]) => string[], parent?: string): Promise<string> => {
      const lines = (await box.git(work, "ls-tree", "-r", chain.tip)).split("\n");
      const index = box.path(`index-${++rebuilds}`);
      const tree = await treeOf(change(lines), index);
      return await commitOf(store, tree, parent);
    };
    expect((await read(await rebuilt((lines) => lines))).statements.length).toBe(3);
    await refusal("workspace-invalid", read(await rebuilt((lines) => lines.slice(1))), /missing/);
    await refusal("workspace-invalid", read(await rebuilt((lines) => [...lines, (lines[0] ?? "").replace(/c\/.*/, "extra")])), /no place/);
    await refusal("workspace-invalid", read(await rebuilt((lines) => lines.map((line, i) => (i === 0 ? line.replace("100644", "100755") : line)))), /no place/);
    await refusal("workspace-invalid", read(await rebuilt((lines) => lines.map((line, i) => (i === 0 ? line.replace("100644", "120000") : line)))), /no place/);
    await refusal("workspace-invalid", read(await rebuilt((lines) => lines, chain.tip)), /adds no statement/);
    const other = (await box.gitWithInput(work, "x".repeat(4000), "hash-object", "-w", "--stdin")).trim();
    await refusal("workspace-invalid", readChain(store, oid(await rebuilt((lines) => [...lines.map((line, i) => (i === 0 ? line.replace(/[0-9a-f]{40}/, other) : line)), `100644 blob ${other}\tc/09/00000009.0`], chain.tip)), NOW), /changes/);
    await refusal("workspace-invalid", read(await box.git(work, "rev-parse", "main")), /grammar/);
    await refusal("workspace-invalid", read(await box.git(work, "rev-parse", `${chain.tip}^{tree}`)), /tree where a commit/);
    await refusal("workspace-invalid", readChain(store, chain.tip, NOW - 3 * 86_400_000), /future/);
  });

  it("is taken from, and forwarded to, a remote; a fork stops both", async () => {
    await init();
    await box.git(box.root, "clone", "-q", hub, "clone");
    const [here, there] = [await open(), await open(box.path("clone"))];
    const [ports, portsThere] = [await portsAt(), await portsAt(box.path("clone"))];
    expect((await syncWorkspace(portsThere, there.store, "origin")).kind).toBe("taken");
    expect((await syncWorkspace(portsThere, there.store, "origin")).kind).toBe("equal");
    await publish(portsThere, there.store, "origin", speaker("there"));
    expect(await syncWorkspace(ports, here.store, "origin")).toMatchObject({ kind: "taken", statements: 1 });
    await publish(ports, here.store, "origin", speaker("next"));

    const behind = await readWorkspace(portsThere, there.store);
    await appendStatements(there.store, ROOT_REF, behind?.chain ?? null, addProject(behind?.state ?? fail(), "fork"), NOW);
    await refusal("workspace-fork", syncWorkspace(portsThere, there.store, "origin"), /number 4/);
    await refusal("workspace-fork", publish(portsThere, there.store, "origin", speaker("x")));
    expect(await box.git(box.path("clone"), "for-each-ref", "--format=%(refname)", "refs/hx")).toBe("");
  });

  it("does not run ahead of its home, and is not replaced by another workspace", async () => {
    await init();
    const ports = await portsAt();
    const { store } = await open();
    const home = (await readWorkspace(ports, store)) ?? fail();
    await appendStatements(store, ROOT_REF, home.chain, addProject(home.state, "ahead"), NOW);
    await refusal("workspace-invalid", publish(ports, store, "origin", speaker("x")), /statement 3 .*ahead/);
    await refusal("workspace-invalid", copyWorkspace(ports, await readWorkspace(ports, store), home, store), /ahead/);
    const other = await box.makeRepo({ name: "other" });
    await box.git(other, "remote", "add", "origin", await box.makeRepo({ name: "hub2.git", bare: true }));
    await init(other);
    await box.git(hub, "fetch", "-q", box.path("hub2.git"), "+refs/sessions/v1/root:refs/sessions/v1/root");
    await refusal("workspace-fork", syncWorkspace(ports, store, "origin"), /two different workspaces/);
  });

  it("makes a statement again when somebody else's came first", async () => {
    await init();
    await box.git(box.root, "clone", "-q", hub, "clone");
    const there = await open(box.path("clone"));
    const portsThere = await portsAt(box.path("clone"));
    await syncWorkspace(portsThere, there.store, "origin");
    const ports = await portsAt();
    let pushes = 0;
    const racing = {
      ...ports,
      remote: {
        ...ports.remote,
        push: async (...args: Parameters<typeof ports.remote.push>) => {
          if (pushes++ === 0) await publish(portsThere, there.store, "origin", speaker("first"));
          return ports.remote.push(...args);
        },
      },
    };
    const done = await publish(racing, (await open()).store, "origin", speaker("second"));
    expect(pushes).toBe(2);
    expect(done.state.head.n).toBe(4);
  });
});

describe("the connection of a checkout", () => {
  const commitFile = async (branchPush = true): Promise<void> => {
    await box.git(work, "add", "-A");
    await box.git(work, "commit", "-q", "-m", "connect");
    if (branchPush) await box.git(work, "push", "-q", "origin", "HEAD:main");
  };
  const edit = async (change: (text: string) => string): Promise<void> => writeFile(`${work}/.hx/connection.yaml`, change(await readFile(`${work}/.hx/connection.yaml`, "utf8")));
  const connection = async (state: WorkspaceState, at = work) => readConnection(await portsAt(at), await open(at), state);

  it("is read from the default branch; a branch tightens and never loosens", async () => {
    const { state } = await init();
    await commitFile();
    await box.git(work, "switch", "-q", "-c", "feature");
    await box.git(work, "remote", "add", "fork", box.path("fork.git"));
    await edit((text) => text.replace("remotes:", `remotes:\n  - ${box.path("fork.git")}`));
    await commitFile(false);
    const loosened = await connection(state);
    expect(loosened.source).toBe("default branch");
    expect(loosened.remotes.map(({ name, listed }) => [name, listed])).toEqual([["origin", true], ["fork", false]]);
    await edit((text) => text.replace(`\n  - ${hub}`, ""));
    await refusal("not-connected", connection(state), /no remote of this clone is a listed one/);
    await edit((text) => text.replace(/project: .*/, `project: ${"0".repeat(32)}`).replace("remotes:", `remotes:\n  - ${hub}`));
    await refusal("not-connected", connection(state), /maps no directory/);
    await edit((text) => text.replace(/repo: .*/, `repo: ${"0".repeat(64)}`));
    await refusal("not-connected", connection(state), /names another workspace or repository/);
    await rm(`${work}/.hx`, { recursive: true });
    expect((await connection(state)).listedRemotes.map(({ name }) => name)).toEqual(["origin"]);
  });

  it("does not list a remote that pushes elsewhere, nor believe a fork that lists itself", async () => {
    const { state } = await init();
    await commitFile();
    await box.git(work, "remote", "set-url", "--push", "origin", box.path("elsewhere.git"));
    await refusal("not-connected", connection(state), /pushes to '.*elsewhere'/);
    await box.git(work, "config", "--unset-all", "remote.origin.pushurl");
    await box.git(work, "config", `url.${box.path("elsewhere.git")}.pushInsteadOf`, hub);
    await refusal("not-connected", connection(state), /pushes to '.*elsewhere'/);
    await box.git(work, "config", "--remove-section", `url.${box.path("elsewhere.git")}`);
    const fork = await box.makeRepo({ name: "fork.git", bare: true });
    await edit((text) => text.replace(hub, fork));
    await commitFile(false);
    await box.git(work, "remote", "add", "fork", fork);
    await box.git(work, "push", "-q", "fork", "HEAD:main");
    await refusal("not-connected", connection(state), /listed/);
    await box.git(work, "remote", "remove", "origin");
    expect((await connection(state)).remotes).toMatchObject([{ name: "fork", listed: true }]);
  });

  it("is refused in a repository to which the file was copied, and where the chain does not agree", async () => {
    const { state, repo } = await init();
    const other = await box.makeRepo({ name: "other" });
    await box.git(other, "remote", "add", "origin", await box.makeRepo({ name: "hub2.git", bare: true }));
    const otherDone = await init(other);
    await mkdir(`${other}/.hx`, { recursive: true });
    await writeFile(`${other}/.hx/connection.yaml`, await readFile(`${work}/.hx/connection.yaml`));
    await refusal("not-connected", connection(otherDone.state, other), /names workspace/);
    await refusal("not-connected", init(other), /does not belong here/);
    const ended = await publish(await portsAt(), (await open()).store, "origin", (at) => (at === null ? [] : say(crypto, ann.acting, at, [() => ({ type: "disconnect", repo })]).statements));
    await refusal("not-connected", connection(ended.state), /does not say that repo .* is connected/);
    await edit((text) => text.replace(/repo: .*/, `repo: ${otherDone.repo}`));
    await refusal("not-connected", connection(state), /does not hash/);
    await rm(`${work}/.hx`, { recursive: true });
    await refusal("not-connected", connection(state), /there is no '.hx\/connection.yaml'/);
  });
});

function fail(): never {
  throw new Error("absent");
}

async function treeOf(lines: readonly string[], index: string): Promise<string> {
  const { execFileSync } = await import("node:child_process");
  const env = { ...box.env, GIT_INDEX_FILE: index };
  execFileSync("git", ["update-index", "--add", "--index-info"], { cwd: work, env, input: `${lines.join("\n")}\n` });
  return execFileSync("git", ["write-tree"], { cwd: work, env }).toString().trim();
}

async function commitOf(store: Store, tree: string, parent?: string): Promise<string> {
  return await store.writeCommit({ tree: oid(tree), parents: parent === undefined ? [] : [oid(parent)], day: Date.UTC(2026, 5, 3) / 1000 });
}
