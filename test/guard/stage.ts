import { cp, readFile } from "node:fs/promises";
import { join } from "node:path";
import { connectionYaml } from "../../src/adapters/connection/yaml.ts";
import { gitRepositories } from "../../src/adapters/git/repositories.ts";
import type { Connection } from "../../src/domain/connection.ts";
import { oid as parseOid, refName, type Oid } from "../../src/domain/ids.ts";
import type { Store } from "../../src/ports/git.ts";
import { forgeAt, type Forge } from "../attacks/lane-builder.ts";
import { makeTheatre, type Theatre } from "../attacks/outcome.ts";
import type { Ran } from "../journey/world.ts";
import { hxInProcess } from "../support/hx-in-process.ts";
import { putGuard } from "./guarded.ts";

/** So many attackers have a remote of their own among the listed ones: what is forged there lies at a place that counts. */
const PLACES = 120;

/** A guarded host with two lanes and a connected default branch, a clone of it, and its last good state. */
export interface Stage {
  readonly theatre: Theatre;
  readonly hub: string;
  /** The host, which nobody pushes to: to be copied while others are pushed to the host itself. */
  host(at: string): Promise<string>;
  readonly connection: Connection;
  readonly state: string;
  /** A copy of the host that the adversary writes to as they like. */
  attacker(): Promise<Attacker>;
  close(): Promise<void>;
}

export interface Attacker {
  readonly stage: Stage;
  readonly directory: string;
  readonly store: Store;
  readonly forge: Forge;
  move(ref: string, to: Oid | null): Promise<void>;
  /** A commit on the default branch with this connection file (null: without one). */
  connect(file: Uint8Array | string | null, branch?: string): Promise<Oid>;
  git(...args: string[]): Promise<string>;
  /** Pushes all that differs from a host, in one push, by force. */
  push(hub?: string): Promise<Ran>;
  /** `hx guard --json` in a clone whose remote is what the adversary wrote. */
  ci(...args: string[]): Promise<Judgement>;
  /** As `ci`, held against a copy of the last good state. */
  ciSince(): Promise<Judgement & { readonly stateMoved: boolean }>;
}

export interface Judgement {
  readonly exit: number;
  readonly ok: boolean;
  readonly since: string;
  readonly findings: readonly { readonly severity: string; readonly code: string; readonly ref: string; readonly message: string; readonly hint: string }[];
  readonly judged: Readonly<Record<string, number>>;
}

export async function makeStage(): Promise<Stage> {
  const theatre = await makeTheatre();
  const { scene } = theatre;
  const { box, hub } = scene;
  const connected = scene.founded.state.connections.get(scene.repo);
  if (connected === undefined) throw new Error("not connected");
  const places = Array.from({ length: PLACES }, (_, i) => box.path(`evil-${i}`, "hub.git"));
  const connection: Connection = { workspace: scene.workspace, repo: scene.repo, genesis: connected.genesis, paths: new Map([[".", scene.founded.project]]), remotes: [hub, ...places], policy: 0, unknown: {} };
  await box.git(hub, "symbolic-ref", "HEAD", "refs/heads/main");
  const clones: (() => Promise<void>)[] = [];
  let used = 0;
  let pristine = hub;
  const stage: Stage = {
    theatre,
    hub,
    async host(at) {
      await cp(pristine, at, { recursive: true });
      return at;
    },
    connection,
    state: box.path("guard.json"),
    async attacker() {
      const directory = places[used++];
      if (directory === undefined) throw new Error("no place left");
      await stage.host(directory);
      const repository = await gitRepositories({ env: box.env }).find(directory);
      if (repository === null) throw new Error("no repository");
      clones.push(() => repository.store.close());
      return attackerAt(stage, directory, repository.store);
    },
    async close() {
      await Promise.all(clones.map((close) => close()));
      await box.remove();
    },
  };
  const first = await stage.attacker();
  await first.connect(connectionYaml.print(connection));
  await box.git(first.directory, "push", "-q", hub, "main");
  const judged = await first.ci("--state", stage.state);
  if (!judged.ok) throw new Error(`the honest host is refused: ${JSON.stringify(judged.findings)}`);
  await putGuard(hub);
  pristine = box.path("pristine.git");
  await cp(hub, pristine, { recursive: true });
  return stage;
}

async function attackerAt(stage: Stage, directory: string, store: Store): Promise<Attacker> {
  const { theatre } = stage;
  const { box } = theatre.scene;
  const git = (...args: string[]): Promise<string> => box.git(directory, ...args);
  const refsOf = async (hub: string): Promise<ReadonlyMap<string, string>> =>
    new Map((await box.git(hub, "for-each-ref", "--format=%(refname) %(objectname)")).split("\n").filter((line) => line !== "").map((line) => [line.split(" ")[0] ?? "", line.split(" ")[1] ?? ""]));
  const attacker: Attacker = {
    stage,
    directory,
    store,
    forge: await forgeAt(theatre.scene, store, theatre.mallory),
    git,
    async move(ref, to) {
      if (to === null) await git("update-ref", "-d", ref);
      else await git("update-ref", ref, to);
    },
    async connect(file, branch = "main") {
      const rows = file === null ? "" : `040000 tree ${await git1(box, directory, `100644 blob ${await git1(box, directory, file, "hash-object", "-w", "--stdin")}\tconnection.yaml\n`, "mktree")}\t.hx\n`;
      const readme = await git1(box, directory, "hi\n", "hash-object", "-w", "--stdin");
      const tree = await git1(box, directory, `${rows}100644 blob ${readme}\tREADME\n`, "mktree");
      const parent = await box.tryGit(directory, "rev-parse", "--verify", "--quiet", `refs/heads/${branch}`);
      const commit = parseOid(await git("commit-tree", tree, ...(parent.code === 0 ? ["-p", parent.stdout.trim()] : []), "-m", "connection"));
      await git("update-ref", `refs/heads/${branch}`, commit);
      return commit;
    },
    async push(hub = stage.hub) {
      const [mine, theirs] = [await refsOf(directory), await refsOf(hub)];
      const specs = [...mine].filter(([ref, oid]) => theirs.get(ref) !== oid).map(([ref]) => `+${ref}:${ref}`);
      for (const ref of theirs.keys()) if (!mine.has(ref)) specs.push(`:${ref}`);
      if (specs.length === 0) throw new Error("nothing differs");
      return box.tryGit(directory, "push", hub, ...specs);
    },
    async ci(...args) {
      const clone = join(directory, "..", `clone-${++clonesMade}`);
      await box.git(box.root, "init", "-q", "-b", "work", clone);
      await box.git(clone, "remote", "add", "origin", directory);
      const { code, stdout, stderr } = await hxInProcess(box.env, clone, ["guard", "--json", ...args]);
      if (stdout === "") throw new Error(`hx guard ended with ${code}: ${stderr}`);
      return { exit: code, ...(JSON.parse(stdout) as Omit<Judgement, "exit">) };
    },
    async ciSince() {
      const state = join(directory, "..", "guard.json");
      await cp(stage.state, state);
      const judged = await attacker.ci("--state", state);
      return { ...judged, stateMoved: (await readFile(state, "utf8")) !== (await readFile(stage.state, "utf8")) };
    },
  };
  return attacker;
}

let clonesMade = 0;

const git1 = (box: Theatre["scene"]["box"], directory: string, input: Uint8Array | string, ...args: string[]): Promise<string> => box.gitWithInput(directory, input, ...args);

/** What the refs of a host are. */
export async function refsAt(stage: Stage): Promise<string> {
  return stage.theatre.scene.box.git(stage.hub, "for-each-ref");
}

export const laneOf = ({ forge }: Attacker, more = ""): ReturnType<typeof refName> => refName(`refs/sessions/v1/lane/${forge.lane.id}${more}`);
export const keysOf = ({ forge }: Attacker): ReturnType<typeof refName> => refName(`refs/sessions/v1/keys/${forge.lane.id}`);
