import { loadCrypto } from "../../src/adapters/crypto/libsodium.ts";
import { gitRepositories } from "../../src/adapters/git/repositories.ts";
import { joinAdditions } from "../../src/app/publish/additions.ts";
import { approve, sharedSession } from "../../src/app/sharing/approve.ts";
import { lanesOf, ownSessions } from "../../src/app/sharing/choose-own.ts";
import { openOwnSessions, type OwnOpened } from "../../src/app/sharing/open-sessions.ts";
import { ownTies } from "../../src/app/sharing/read-sharing.ts";
import { personRecipient } from "../../src/app/sharing/recipients.ts";
import { admitBody } from "../../src/app/workspace/compose-team.ts";
import type { WorldContext } from "../../src/cli/world.ts";
import { toHex } from "../../src/domain/bytes.ts";
import type { SessionId, TeamId } from "../../src/domain/ids.ts";
import type { SharingStatement, StatementHash } from "../../src/domain/sharing/statement.ts";
import { sealItem } from "../../src/format/item.ts";
import { itemBodies } from "../../src/format/sharing/in-items.ts";
import { signSharing } from "../../src/format/sharing/statement.ts";
import { tieBody } from "../../src/format/tie.ts";
import { identityPorts } from "../../src/wire/identity-ports.ts";
import { readSettings } from "../../src/wire/settings.ts";
import { openSharing, sayHere, speakingLane, type SharingClone } from "../../src/wire/sharing-clone.ts";
import { changeWorkspace, openSpeaking } from "../../src/wire/workspace-change.ts";
import { makePerson, type TestPerson } from "../../test/workspace/people.ts";
import { ms, type Figure } from "../figure.ts";
import { admissions, foreignItem, newLane, writeLane, type Host, type NewLane } from "../lanes.ts";
import type { Bench } from "../main.ts";
import { paired, timed } from "../process.ts";
import { uuid, writeTranscript } from "../transcripts.ts";
import { makeWorld, type World } from "../world.ts";

const PEOPLE = 100;
const READERS = 5;
const READS = 2000;
const SESSIONS = 20;
/** Items that a commit of somebody else adds. */
const AT_ONCE = 10;
const BUDGET_MS = 1000;
const HOUR = 3_600_000;

/** The access log of an author among a hundred people, with 100,000 items in all. */
export async function log(bench: Bench): Promise<readonly Figure[]> {
  const world = await makeWorld(bench.built);
  try {
    await fill(world, bench);
    const first = await world.run("sync");
    bench.say(`         first sync and index in ${ms(first.ms)}`);
    const told = (await world.run("log", "--offline")).out.split("\n").filter((line) => line.includes("\taccess\t")).length;
    if (told !== READS) throw new Error(`${told} of ${READS} reads are in the log`);
    const rows: Figure[] = [{ row: "log", what: "first sync, which tries every item", value: ms(first.ms), sample: `${sampleOf(bench)}, n=1` }];
    for (const [what, args] of [["`hx log --offline`", ["--offline"]], ["`hx log`, nothing new at the remote", []]] as const) {
      const { a, b } = await paired(bench.runs, async () => (await world.run("log", ...args)).ms, () => peer(world));
      rows.push({ row: "log", what, value: ms(a), peer: `git rev-list --objects of all lanes: ${ms(b)}`, ratio: a / b, budget: "≤ 1 s", holds: a <= BUDGET_MS, sample: `${sampleOf(bench)}, n=${bench.runs}` });
    }
    return rows;
  } finally {
    await world.close();
  }
}

const sampleOf = ({ items }: Bench): string => `${PEOPLE} people, ${items} items, ${READS} reads of one author's sessions`;

async function peer({ work, env }: World): Promise<number> {
  return (await timed({ command: "sh", args: ["-c", "git rev-list --objects --glob='refs/sessions/*' | wc -l"], cwd: `${work}/.git/hx/others`, env })).ms;
}

interface Reader {
  readonly person: TestPerson;
  readonly lane: NewLane;
}

/** Everybody's lanes, at the host; the author's own statements go out as any others. */
async function fill(world: World, bench: Bench): Promise<void> {
  for (const args of [["create", "core"], ["nominate", "core", "Ada"], ["admit", "core", "Ada", "--yes"]]) await world.run("team", ...args);
  await world.run("project", "grant", "core");
  for (let i = 0; i < SESSIONS; i++) await writeTranscript(world.store, { id: uuid(`log ${i}`), cwd: world.work }, 4000);
  await world.run("capture");
  await world.run("sync");
  const crypto = await loadCrypto();
  const people = Array.from({ length: PEOPLE - 1 }, () => makePerson(crypto));
  const readers = people.slice(0, READERS).map((person): Reader => ({ person, lane: newLane(crypto) }));
  await letIn(world, people, readers);
  const here = await sharingOf(world);
  const hub = await gitRepositories({ env: world.env }).find(world.remote.directory);
  if (hub === null) throw new Error("no host");
  const host: Host = { crypto, store: hub.store, state: here.state.chain.state, repo: here.ledger.repo, acting: here.acting };
  const [team] = [...host.state.teams.keys()];
  if (team === undefined) throw new Error("no team");
  const mine = await ownSessions(here.ledger, lanesOf(host.state, [{ person: here.acting.person, keys: here.acting.personKeys }], here.sharing));
  const opened = await openOwnSessions(here.ledger, [...mine.values()]);
  const sessions = opened.map(({ session }) => session);
  const requests = readers.map((reader, i) => sessions.flatMap((session, k) => (k % READERS === i ? [request(host, here, reader, team, session)] : [])));
  const approvals = await approveAll(here, team, opened, requests);
  for (const [i, reader] of readers.entries()) {
    const reads = Array.from({ length: READS / READERS }, (_, k) => read(host, here, reader, team, approvals[k % approvals.length]));
    await writeLane(host, reader.lane, [{ items: [tieOf(host, reader), ...(requests[i] ?? []).map(({ item }) => item)] }, ...reads.map((item) => ({ items: [item] }))]);
  }
  const others = people.length - READERS;
  const each = Math.ceil((bench.items - READS) / others / AT_ONCE);
  for (let i = 0; i < others; i++) await writeLane(host, newLane(crypto), foreign(host, each));
  await hub.store.close();
  bench.say(`         ${bench.items} items in ${PEOPLE} lanes`);
}

function* foreign(host: Host, commits: number): Generator<{ readonly items: readonly Uint8Array[] }> {
  for (let i = 0; i < commits; i++) yield { items: Array.from({ length: AT_ONCE }, () => foreignItem(host)) };
}

async function letIn(world: World, people: readonly TestPerson[], readers: readonly Reader[]): Promise<void> {
  const here = await openSpeaking(readSettings(world.env), contextOf(world), () => portsOf(world));
  const { crypto, repo } = here.ledger;
  const { state } = here.state.chain;
  const store = here.ledger.repository.store;
  const team = here.acting.teamKeys[0];
  if (team === undefined) throw new Error("no team");
  await changeWorkspace(here, () => [
    ...admissions({ crypto, store, state, repo, acting: here.acting }, people),
    ...readers.flatMap(({ person }) => [
      () => ({ type: "nominate", team: team.team, person: person.id }) as const,
      (now: typeof state) => admitBody(crypto, now, { team: team.team, person: person.id, seed: team.seed }),
    ]),
  ]);
}

function sharingOf(world: World): Promise<SharingClone> {
  return openSharing(readSettings(world.env), contextOf(world), () => portsOf(world), "must");
}

function portsOf(world: World): ReturnType<typeof identityPorts> {
  return identityPorts(readSettings(world.env), { ask: async () => null });
}

function contextOf(world: World): WorldContext {
  const progress = { phase: () => undefined, warn: () => undefined, done: () => undefined };
  return { directory: world.work, passphrase: { ask: async () => null }, progress, signal: new AbortController().signal };
}

function tieOf({ crypto, repo, acting, state }: Host, { person, lane }: Reader): Uint8Array {
  const device = person.devices[0];
  if (device === undefined) throw new Error("no device");
  const body = tieBody({ repo, lane: lane.publicKey, person: person.id, device: device.id }, (message) => crypto.signer.sign(device.sign, message), (message) => crypto.signer.sign(lane.seed, message));
  return sealItem(crypto, [personRecipient(state, person.id).key, personRecipient(state, acting.person).key], { repo, lane: lane.publicKey }, body);
}

interface Sealed {
  readonly hash: StatementHash;
  readonly item: Uint8Array;
}

interface Given {
  readonly approval: StatementHash;
  readonly session: SessionId;
}

function request(host: Host, here: SharingClone, reader: Reader, team: TeamId, session: SessionId): Sealed {
  return sealed(host, reader, { kind: "request", ...said(host, reader), to: here.acting.person, team, nonce: host.crypto.random.bytes(16), reason: "how the retry loop came about", about: { session } });
}

function read(host: Host, here: SharingClone, reader: Reader, team: TeamId, given: Given | undefined): Uint8Array {
  if (given === undefined) throw new Error("nothing was approved");
  const now = Date.now();
  return sealed(host, reader, { kind: "access", ...said(host, reader), author: here.acting.person, team, ...given, from: now, until: now + HOUR, class: "attested" }).item;
}

function said({ crypto, repo, state }: Host, { person, lane }: Reader) {
  return { workspace: state.workspace, repo, lane: lane.publicKey, person: person.id, device: person.acting.device, at: Date.now() - Math.floor((crypto.random.bytes(1)[0] ?? 0) * 100_000) };
}

/** To the author and to who says it, in one item. */
function sealed({ crypto, repo, state, acting }: Host, { person, lane }: Reader, statement: SharingStatement): Sealed {
  const envelope = signSharing(statement, (message) => crypto.signer.sign(person.acting.sign, message));
  const [body, ...more] = itemBodies((bytes) => crypto.hashes.h(bytes), envelope);
  if (body === undefined || more.length > 0) throw new Error("a statement that does not fit into one item");
  const to = [personRecipient(state, acting.person).key, personRecipient(state, person.id).key] as const;
  return { hash: toHex(crypto.hashes.h(envelope)), item: sealItem(crypto, to, { repo, lane: lane.publicKey }, body) };
}

/** One approval for each session. The requests that they name are not at the host yet: the order changes nothing. */
async function approveAll(here: SharingClone, team: TeamId, sessions: readonly OwnOpened[], requests: readonly (readonly Sealed[])[]): Promise<readonly Given[]> {
  const own = speakingLane(here);
  const { acting, sharing } = here;
  const { state } = here.state.chain;
  const ties = ownTies(state, acting, sharing);
  const made = sessions.map(({ session, opened }, k) => {
    const asked = requests[k % READERS]?.[Math.floor(k / READERS)];
    const wanted = { author: acting.person, team, audience: "team", follow: false, sessions: [sharedSession(opened)] } as const;
    return { session, ...approve(own, acting, state, ties, { ...wanted, ...(asked === undefined ? {} : { request: asked.hash }) }) };
  });
  const spoken = await sayHere(here, joinAdditions(made.map(({ additions }) => additions)), new AbortController().signal);
  if (spoken.kind !== "acknowledged") throw new Error(spoken.reason);
  return made.flatMap(({ session, approvals }) => approvals.map((approval) => ({ approval, session })));
}
