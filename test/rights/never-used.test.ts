import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CommandSpec } from "../../src/cli/command.ts";
import { COMMANDS } from "../../src/cli/commands.ts";
import { GLOBAL_OPTIONS } from "../../src/cli/global-options.ts";
import { prompt, transcriptPath, writeQuiet } from "../journey/claude.ts";
import { makeWorld, type JourneyWorld, type ListRow } from "../journey/world.ts";
import { hxInProcess } from "../support/hx-in-process.ts";
import { personOf, teamOf } from "../support/sharing-people.ts";
import { admittedTogether, founder, type Colleague } from "../support/workspace-people.ts";
import { pairings, type Other, type Pairing } from "./person-numbers.ts";

// No command lists sessions, time, tokens, cost or lines per person other than oneself. Three authors, of whom nobody else knows how much they did;
// two sessions of each are shared with the team, so that there are rows about others at all.

interface Author {
  readonly name: string;
  readonly colleague: Colleague;
  readonly sessions: readonly string[];
  readonly shared: readonly string[];
  readonly other: Other;
}

const COUNTS = { Ada: 7, Ben: 11, Cid: 13 } as const;
/** Sessions of each that are shared, the first ones. The next is the one for which the others ask, and one is shared and taken back. */
const SHARED = 2;
const ASKED = 2;
const TAKEN_BACK = 3;

let world: JourneyWorld;
let authors: readonly Author[] = [];

beforeAll(async () => {
  world = await makeWorld("in-process");
  const remote = await world.remote();
  const ada = await founder(world, remote, "Ada", "ada");
  const [ben, cid] = await admittedTogether(world, remote, ada, ["Ben", "Cid"]);
  if (ben === undefined || cid === undefined) throw new Error("nobody came");
  for (const one of [ben, cid]) await one.hx("sync");
  await teamOf(ada, "core", [[ben, "Ben"], [cid, "Cid"], [ada, "Ada"]]);
  authors = await Promise.all(
    ([["Ada", ada], ["Ben", ben], ["Cid", cid]] as const).map(async ([name, colleague], p): Promise<Author> => {
      const { rows, shared } = await works(colleague, COUNTS[name], p);
      return { name, colleague, sessions: rows.map(({ id }) => id), shared, other: await asSeen(colleague, name, rows, shared) };
    }),
  );
  // Cid asks each of the others for something, so that there is something to decide.
  for (const { name, sessions } of authors.filter((one) => one.name !== "Cid")) {
    await cid.hx("request", sessions[ASKED] ?? "", "--to", name, "--team", "core", "--reason", "why");
  }
  for (const { colleague } of authors) await colleague.hx("sync");
}, 300_000);
afterAll(() => world.close());

/** Writes so many sessions of different lengths, keeps them, and shares two. */
async function works({ machine, checkout, hx, json }: Colleague, count: number, person: number): Promise<{ readonly rows: readonly ListRow[]; readonly shared: readonly string[] }> {
  for (let k = 0; k < count; k++) {
    const turns = Array.from({ length: 17 + 2 * k + person }, (_, turn) => prompt(`${person}.${k}.${turn} ${"x".repeat(31 * person + k)}`, checkout));
    await writeQuiet(transcriptPath(machine.home, checkout, `0a1b2c3d-0000-4000-8000-${String(1000 * person + k).padStart(12, "0")}`), turns.join(""));
  }
  await hx("capture");
  await hx("sync");
  const rows = ((await json("list"))["sessions"] as readonly ListRow[]).toSorted((a, b) => (a.bytes ?? 0) - (b.bytes ?? 0));
  const shared = rows.slice(0, SHARED).map(({ id }) => id);
  await hx("share", ...shared, "--team", "core", "--yes");
  return { rows, shared };
}

async function asSeen(colleague: Colleague, name: string, rows: readonly ListRow[], shared: readonly string[]): Promise<Other> {
  const sum = (some: readonly ListRow[], field: "bytes" | "turns"): number => some.reduce((total, row) => total + Number(row[field] ?? 0), 0);
  const given = rows.filter(({ id }) => shared.includes(id));
  const totals = new Map([
    [rows.length, "number of sessions"],
    [rows.length - SHARED, "number of sessions that were not shared"],
    [sum(rows, "bytes"), "bytes of all sessions"],
    [sum(rows, "turns"), "turns of all sessions"],
    [sum(given, "bytes"), "bytes of all shared sessions"],
    [sum(given, "turns"), "turns of all shared sessions"],
  ]);
  expect(totals.size).toBe(6);
  return { called: [name, await personOf(colleague), `${name.toLowerCase()}@example.com`], totals, sessions: new Map(rows.map(({ id }, i) => [id, shared.includes(id) || i === ASKED || i === TAKEN_BACK])) };
}

/** What a run of a command is given. */
interface Scene {
  readonly me: Author;
  /** Somebody else, of whom a session is shared. */
  readonly them: Author;
  out(name: string): string;
}

type Runs = (scene: Scene) => readonly (readonly string[])[] | Promise<readonly (readonly string[])[]>;

/** Every command of the table is run, or says why there is nothing about people in what it prints. In the order in which they are run. */
const TABLE: Readonly<Record<string, Runs | string>> = {
  status: () => [["status"]],
  doctor: () => [["doctor", "--offline"]],
  list: () => [["list", "--copies", "--shared"]],
  show: ({ me, them }) => [["show", me.shared[0] ?? ""], ["show", them.shared[0] ?? ""]],
  agents: () => [["agents", "--all"]],
  restore: ({ them }) => [["restore", them.shared[0] ?? "", "--dry-run"]],
  handoff: ({ them }) => [["handoff", them.shared[0] ?? "", "--to", "codex"], ["handoff", them.shared[0] ?? "", "--to", "codex", "--print"]],
  export: ({ them, out }) => [["export", ...them.shared, "--output", out("export")], ["export", "--me", out("me")]],
  check: ({ them }) => [["check", them.shared[0] ?? ""]],
  request: ({ them }) => [["request", them.sessions[ASKED] ?? "", "--to", them.name, "--team", "core", "--reason", "why"]],
  requests: () => [["requests", "--all"]],
  deny: async ({ me }) => {
    const { inbox } = (await me.colleague.json("requests")) as unknown as { readonly inbox: readonly { readonly name: string }[] };
    return [["deny", inbox[0]?.name ?? "", "--reason", "no"]];
  },
  share: ({ me }) => [["share", me.sessions[TAKEN_BACK] ?? "", "--team", "core", "--yes"], ["share", me.sessions[4] ?? "", "--team", "core", "--members", "Cid", "--yes"]],
  shares: () => [["shares"]],
  log: ({ them }) => [["log"], ["log", "--given"], ["log", "--person", them.name]],
  revoke: ({ me }) => [["revoke", me.sessions[TAKEN_BACK] ?? "", "--yes"]],
  capture: () => [["capture"]],
  sync: () => [["sync"]],
  verify: () => [["verify"]],
  inspect: () => [["inspect", "refs/sessions/v1/root"]],
  retention: () => [["retention"]],
  erase: ({ me }) => [["erase", me.sessions[5] ?? "", "--yes"]],
  join: () => [["join"]],
  "identity show": () => [["identity", "show"]],
  "identity succession": () => [["identity", "succession", "--team", "core", "--yes"]],
  "member list": () => [["member", "list"], ["member", "list", "--pending"]],
  "device list": () => [["device", "list"]],
  "device issue": ({ out }) => [["device", "issue", "--capture-only", "--expires", "30d", "--out", out("capture.key")]],
  "team create": ({ me }) => [["team", "create", `of ${me.name.toLowerCase()}`]],
  "team list": () => [["team", "list"]],
  "team show": () => [["team", "show", "core"]],
  "team nominate": ({ me, them }) => [["team", "nominate", "of ada", me.name], ["team", "nominate", "of ada", them.name]],
  "team admit": ({ me }) => [["team", "admit", "of ada", me.name, "--yes"]],
  "team rotate": () => [["team", "rotate", "core"]],
  "project create": () => [["project", "create", "other"]],
  "project list": () => [["project", "list"]],
  "project grant": () => [["project", "grant", "of ada"]],
  "project withdraw": () => [["project", "withdraw", "of ada"]],
  "hooks status": () => [["hooks", "status"]],
  "member role": () => [["member", "role", "Cid", "administrator", "--yes"]],
  "team remove": () => [["team", "remove", "core", "Cid", "--yes"]],
  "member remove": () => [["member", "remove", "Cid", "--yes"]],
  pause: () => [["pause", "--for", "1h"], ["pause", "--end"]],
  "policy init": () => [["policy", "init", "--yes", "--force", "--company", "Example Ltd", "--contact", "privacy@example.com", "--retention", "24", "--notice", "1"]],
  "policy publish": () => [["policy", "publish", "--effective", new Date(Date.now() + 5 * 86_400_000).toISOString().slice(0, 10), "--yes"]],
  "policy show": () => [["policy", "show", "1"]],
  "policy diff": () => [["policy", "diff", "1", "draft"]],
  "policy history": () => [["policy", "history"]],
  "policy check": () => [["policy", "check"]],
  guard: () => [["guard"]],
  "guard anchor": () => [["guard", "anchor"]],
  "guard install": "writes a hook of a git server",
  "guard uninstall": "removes a hook of a git server",
  exclude: "about a session of one's own",
  "member add": "lets in people who asked: nobody waits here, and whoever does has no session yet",
  "device add": "takes in a machine of one's own",
  "device remove": "about machines; whose they are has no number beside it",
  init: "connects a repository that is not connected: nobody else is there",
  demo: "plays in a directory of its own with made-up people",
  uninstall: "removes hooks and local files",
  help: "prints no JSON",
  version: "about the program",
  "identity new": "makes the keys of this machine",
  "identity unlock": "about the keys of this machine",
  "identity lock": "about the keys of this machine",
  "identity passphrase": "about the keys of this machine",
  "identity restore": "brings back one's own keys",
  "hooks install": "writes hooks of git and of agents",
  "hooks remove": "removes hooks of git and of agents",
};

const uncovered = (commands: readonly CommandSpec[]): readonly string[] => commands.map(({ name }) => name).filter((name) => TABLE[name] === undefined);

/** Every JSON value that a run printed, failures too. */
function valuesIn(text: string): readonly unknown[] {
  return text.split("\n").flatMap((line): unknown[] => (/^[[{]/.test(line) ? [JSON.parse(line)] : []));
}

async function valuesBelow(directory: string): Promise<readonly unknown[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile() && /\.(json|ndjson)$/.test(entry.name));
  const texts = await Promise.all(files.map((entry) => readFile(join(entry.parentPath, entry.name), "utf8")));
  return texts.flatMap(valuesIn);
}

interface Reader {
  readonly scene: Scene;
  readonly others: readonly Other[];
  readonly own: ReadonlySet<string>;
}

function readerNamed(name: string, them: string): Reader {
  const me = authors.find((author) => author.name === name);
  const other = authors.find((author) => author.name === them);
  if (me === undefined || other === undefined) throw new Error("nobody of that name");
  return { scene: { me, them: other, out: (file) => world.path(`out-${name}-${file}`) }, others: authors.filter((author) => author !== me).map(({ other: one }) => one), own: new Set(me.sessions) };
}

const judge = ({ others, own }: Reader, values: readonly unknown[]): readonly Pairing[] => values.flatMap((value) => pairings(value, others, own));

describe("no command pairs a person other than oneself with a measure of what they did", () => {
  it("knows every command", () => {
    expect(uncovered(COMMANDS)).toEqual([]);
    expect(Object.keys(TABLE).filter((name) => COMMANDS.every((spec) => spec.name !== name))).toEqual([]);
    for (const reason of Object.values(TABLE)) if (typeof reason === "string") expect(reason.length).toBeGreaterThan(8);
  });

  it("read by a member, and by an administrator", async () => {
    const worked = new Set<string>();
    let walked = 0;
    for (const reader of [readerNamed("Ben", "Ada"), readerNamed("Ada", "Ben")]) {
      const { machine, checkout } = reader.scene.me.colleague;
      for (const [name, runs] of Object.entries(TABLE)) {
        if (typeof runs === "string") continue;
        for (const args of await runs(reader.scene)) {
          const { code, stdout, stderr } = await machine.tryHx(checkout, [...args, "--json"]);
          if ([0, 1, 3].includes(code) && stdout !== "") worked.add(name);
          const values = [...valuesIn(stdout), ...valuesIn(stderr)];
          walked += values.length;
          expect(judge(reader, values), `${reader.scene.me.name}: hx ${args.join(" ")}`).toEqual([]);
        }
      }
      for (const directory of ["export", "me"]) {
        const values = await valuesBelow(reader.scene.out(directory));
        expect(values.length).toBeGreaterThan(1);
        expect(judge(reader, values), directory).toEqual([]);
      }
    }
    expect(walked).toBeGreaterThan(60);
    expect(Object.entries(TABLE).filter(([name, runs]) => typeof runs !== "string" && !worked.has(name)).map(([name]) => name)).toEqual([]);
  }, 300_000);

  it("finds a command that does, whatever shape it gives it", async () => {
    const reader = readerNamed("Ada", "Ben");
    const { them: ben, me } = reader.scene;
    const [turns] = [...ben.other.totals].find(([, what]) => what === "turns of all sessions") ?? [];
    const rows = authors.map((author) => ({ person: author.name, sessions: author.sessions.length }));
    const shapes: Readonly<Record<string, unknown>> = {
      rows: { rows },
      "an id": { people: [{ id: ben.other.called[1], stats: { n: COUNTS.Ben } }] },
      "an e-mail": [{ email: ben.other.called[2], total: turns }],
      "a nested name": { rows: [{ author: { id: ben.other.called[1], name: "Ben" }, activity: { month: [{ what: turns }] } }] },
      "names as keys": { Ben: COUNTS.Ben },
      "lists by name": { perPerson: { Ben: [{ v: COUNTS.Ben }] } },
      tuples: [["Ben", COUNTS.Ben]],
      text: { text: `Ben kept ${COUNTS.Ben} sessions` },
      "number as text": { label: "Ben", value: String(COUNTS.Ben) },
      "a small measure": { author: "Ben", tokens: 1 },
      "a list of all": { author: "Ben", ids: ben.sessions },
      "a row for each": ben.sessions.map((id) => ({ id, author: { name: "Ben" } })),
      "what was not shared": { who: "Ben", unshared: COUNTS.Ben - SHARED },
    };
    for (const [name, shape] of Object.entries(shapes)) {
      const planted: CommandSpec = { name: "people stats", group: "Look", summary: "Count", examples: [], exits: [], run: (call) => call.out.json(shape) };
      const commands = [...COMMANDS, planted];
      expect(uncovered(commands)).toEqual(["people stats"]);
      const { machine, checkout } = me.colleague;
      const { code, stdout } = await hxInProcess(machine.env, checkout, ["people", "stats", "--json"], "", commands);
      expect(code).toBe(0);
      expect(judge(reader, valuesIn(stdout)), name).not.toEqual([]);
    }
    // What is one's own may be counted, and a session that one was given has a length.
    expect(pairings({ rows: [{ person: "Ada", sessions: COUNTS.Ada }] }, reader.others, reader.own)).toEqual([]);
    expect(pairings({ id: ben.shared[0], author: "Ben", turns: 3, bytes: 7000 }, reader.others, reader.own)).toEqual([]);
  });

  it("has no option and no field of a name that promises it", async () => {
    const FORBIDDEN = /(^|[-_ ])(per|by)[-_ ]?(author|person|people|member|user|developer|employee|colleague|device)s?\b|(per|by)(Author|Person|Member|User|Developer|Device)s?$|leader-?board|rank(ing)?$|productiv|activity|top-?authors|velocity/i;
    for (const bad of ["--per-author", "--by-person", "byAuthor", "perPerson", "leaderboard", "--rank", "activity"]) expect(bad).toMatch(FORBIDDEN);
    const options = [...GLOBAL_OPTIONS, ...COMMANDS.flatMap(({ options: its = [] }) => its)].flatMap(({ flags, summary, choices = [] }) => [flags, summary, ...choices]);
    const fields = new Set<string>();
    const directory = new URL("../../docs/reference/json/", import.meta.url);
    for (const file of await readdir(directory)) JSON.parse(await readFile(new URL(file, directory), "utf8"), (key, value: unknown) => (fields.add(key), value));
    expect(fields.size).toBeGreaterThan(150);
    for (const name of [...options, ...fields, ...COMMANDS.flatMap(({ name: its, summary }) => [its, summary])]) expect(name).not.toMatch(FORBIDDEN);
  });
});
