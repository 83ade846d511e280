import { resolve } from "node:path";
import { fileTree } from "../adapters/file-tree/file-tree.ts";
import { inspect } from "../app/inspect/inspect.ts";
import { tryOpenIdentity, openIdentity } from "../app/identity/open.ts";
import type { IdentityPorts } from "../app/identity/ports.ts";
import type { UnlockedIdentity } from "../app/identity/unlocked.ts";
import type { Ledger } from "../app/ledger.ts";
import type { Author } from "../app/read/author-keys.ts";
import { laneSources, type LaneSource } from "../app/read/lane-source.ts";
import { fetchSegments, openOwnSession, type OpenedSession } from "../app/read/open-session.ts";
import { ownLanes } from "../app/read/own-lanes.ts";
import { Catalog } from "../app/sessions/catalog.ts";
import { findSession } from "../app/sessions/find-session.ts";
import { listSessions, type ListedSession } from "../app/sessions/list-sessions.ts";
import { rawSession } from "../app/sessions/raw-session.ts";
import { restoreSession } from "../app/sessions/restore-session.ts";
import { viewSession } from "../app/sessions/view-session.ts";
import type { RestoreReport, SessionRow, SessionsWorld, WorldContext } from "../cli/world.ts";
import { HxError, isHxError } from "../domain/errors.ts";
import type { Agent } from "../ports/agent.ts";
import { agentsOf } from "./agents.ts";
import { captureHere } from "./capture.ts";
import { connected, openClone, openLedger, type Clone, type Connected } from "./clone.ts";
import { ensureLane } from "./own-lane.ts";
import type { Settings } from "./settings.ts";
import { syncHere } from "./sync.ts";
import { verifyHere } from "./verify.ts";

export function sessionsWorld(settings: Settings, context: WorldContext, ports: () => Promise<IdentityPorts>): SessionsWorld {
  const { directory } = context;
  return {
    capture: (options) => captureHere(settings, context, ports, options),
    sync: (options) => syncHere(settings, context, ports, options),
    verify: (options) => verifyHere(settings, context, ports, options),
    async list(options) {
      const here = await openHere(settings, directory, ports, "maybe");
      const sources = here.author === null ? await laneSources(here.ledger) : await here.mine();
      const rows = await listSessions(here.ledger, here.author, sources, here.author === null ? null : new Catalog(here.ledger, here.author));
      const shown = rows.map(rowOf).filter((row) => (options.agent === undefined || row.agent === options.agent) && (options.since === undefined || (row.last ?? 0) >= options.since));
      return options.limit === undefined ? shown : shown.slice(0, options.limit);
    },
    async show(id) {
      const { ledger, opened, agent } = await openOne(settings, context, ports, id);
      const { view, omitted } = await viewSession(ledger, agent, opened);
      return { id: opened.session, view, unreadable: [], omittedBytes: omitted };
    },
    async raw(id, target) {
      const { ledger, opened } = await openOne(settings, context, ports, id);
      return (await rawSession(ledger, fileTree(), opened, resolve(directory, target))).map(({ path, bytes }) => ({ path, bytes }));
    },
    async restore(id, options): Promise<RestoreReport> {
      const { clone, ledger, opened, agent } = await openOne(settings, context, ports, id);
      const top = resolve(directory, options.directory ?? clone.repository.checkout.top ?? ".");
      const done = await restoreSession(ledger, agent, fileTree(), opened, { directory: placeIn(top, opened.facts.cwd), force: options.force, dryRun: options.dryRun });
      return { agent: done.agent, files: done.files, omittedBytes: done.omitted, resume: resumeCommand(done.agent, done.id) };
    },
    async inspect(what) {
      const { clone, ledger } = await openHere(settings, directory, ports, "never");
      return inspect(ledger, clone.repository, what);
    },
  };
}

/** The session goes on in the directory of the checkout in which it ran. */
function placeIn(top: string, recorded: string | undefined): string {
  return recorded === undefined || recorded === "." ? top : resolve(top, recorded);
}

function resumeCommand(agent: string, id: string): string {
  return agent === "codex" ? `codex resume ${id}` : `claude --resume ${id}`;
}

/** A clone with what can be known of it now. */
export interface Here {
  readonly clone: Clone;
  readonly ledger: Ledger;
  readonly state: Connected;
  readonly identity: UnlockedIdentity | null;
  readonly author: Author | null;
  /** The author's lanes. */
  mine(): Promise<readonly LaneSource[]>;
}

/**
 * Whether to ask for the passphrase: `never` uses the identity when it is open, `maybe` goes on without it when nobody
 * answers, `must` fails then.
 */
export type Asking = "never" | "maybe" | "must";

export async function openHere(settings: Settings, directory: string, ports: () => Promise<IdentityPorts>, asking: Asking): Promise<Here> {
  const clone = await openClone(settings, directory);
  const ledger = await openLedger(clone);
  const state = await connected(clone, ledger);
  const identityPorts = await ports();
  const identity = await identityFor(identityPorts, asking);
  if (identity !== null) await ensureLane(clone, ledger, identity, state.chain);
  const author = identity === null ? null : { person: identity.person, keys: identity.personKeys };
  return {
    clone,
    ledger,
    state,
    identity,
    author,
    mine: async () => (author === null ? [] : ownLanes(ledger, state.chain.state, author, await laneSources(ledger))),
  };
}

async function identityFor(ports: IdentityPorts, asking: Asking): Promise<UnlockedIdentity | null> {
  if (asking === "must") return openIdentity(ports);
  if (asking === "never") return tryOpenIdentity(ports).catch(() => null);
  try {
    return await openIdentity(ports);
  } catch (error) {
    if (isHxError(error) && (error.code === "locked" || error.code === "answer-needed" || error.code === "no-identity")) return null;
    throw error;
  }
}

interface One {
  readonly clone: Clone;
  readonly ledger: Ledger;
  readonly opened: OpenedSession;
  readonly agent: Agent;
}

/** Opens one of the author's sessions with all its content here. */
async function openOne(settings: Settings, context: WorldContext, ports: () => Promise<IdentityPorts>, id: string): Promise<One> {
  const here = await openHere(settings, context.directory, ports, "must");
  const { clone, ledger, author, state } = here;
  if (author === null) throw new HxError("locked", "your keys are locked", { hints: ["hx identity unlock"] });
  const { source, session } = await findSession(ledger, author, await here.mine(), id);
  const opened = await openOwnSession(ledger, author, source, session);
  const remote = state.effective.listedRemotes[0];
  await fetchSegments(ledger, [opened], remote === undefined ? null : { remote: clone.remote, url: remote.name, options: { signal: context.signal } });
  const agent = agentsOf(settings).find(({ name }) => name === opened.facts.agent);
  if (agent === undefined) throw new HxError("too-new", `this hx does not know the agent '${opened.facts.agent}'`, { hints: [`hx show ${id} --raw <directory>`] });
  return { clone, ledger, opened, agent };
}

function rowOf(row: ListedSession): SessionRow {
  if (!("facts" in row)) return { id: row.session, state: row.state, parts: row.parts };
  const { agent, title, branch, first, last, turns, bytes } = row.facts;
  const known = { title, branch, first, last, turns, bytes };
  return {
    id: row.session,
    state: row.state === "kept" ? "pushed" : "waiting",
    parts: row.parts,
    agent,
    ...(Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined)) as Partial<SessionRow>),
  };
}
