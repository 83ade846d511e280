import { resolve } from "node:path";
import { fileTree } from "../adapters/file-tree/file-tree.ts";
import { inspect } from "../app/inspect/inspect.ts";
import type { IdentityPorts } from "../app/identity/ports.ts";
import type { Ledger } from "../app/ledger.ts";
import { laneSources } from "../app/read/lane-source.ts";
import { fetchSegments, openOwnSession, type OpenedSession } from "../app/read/open-session.ts";
import { Catalog } from "../app/sessions/catalog.ts";
import { findSession } from "../app/sessions/find-session.ts";
import { listSessions, type ListedSession } from "../app/sessions/list-sessions.ts";
import { rawSession } from "../app/sessions/raw-session.ts";
import { restoreSession } from "../app/sessions/restore-session.ts";
import { viewSession } from "../app/sessions/view-session.ts";
import type { RestoreReport, SessionRow, SessionsWorld, WorldContext } from "../cli/world.ts";
import { HxError } from "../domain/errors.ts";
import type { Agent } from "../ports/agent.ts";
import { agentsOf } from "./agents.ts";
import { captureHere } from "./capture.ts";
import { openClone, openLedger, type Clone } from "./clone.ts";
import { openHere } from "./here.ts";
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
      const sources = here.author === null ? await laneSources(here.ledger, here.state.chain.state) : await here.mine();
      const rows = await listSessions(here.ledger, here.author, sources, here.author === null ? null : new Catalog(here.ledger, here.author));
      const shown = rows.filter(({ kind }) => kind === "original" || options.copies === true).map(rowOf).filter((row) => (options.agent === undefined || row.agent === options.agent) && (options.since === undefined || (row.last ?? 0) >= options.since));
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
      return { agent: done.agent, files: done.files, omittedBytes: done.omitted, ...copyOf(opened.parts.manifest.kind, done.source), resume: resumeCommand(done.agent, done.id) };
    },
    async inspect(what) {
      // Without a verified chain: who audits a broken clone needs this most.
      const clone = await openClone(settings, directory);
      return inspect(await openLedger(clone), clone.repository, what);
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

function copyOf(kind: ListedSession["kind"], source?: string): { readonly kind?: "redacted"; readonly source?: string } {
  return kind === "original" ? {} : { kind, ...(source === undefined ? {} : { source }) };
}

function rowOf(row: ListedSession): SessionRow {
  if (!("facts" in row)) return { id: row.session, state: row.state, ...copyOf(row.kind), parts: row.parts };
  const { agent, title, branch, first, last, turns, bytes, source } = row.facts;
  const known = { title, branch, first, last, turns, bytes };
  return {
    id: row.session,
    state: row.state === "kept" ? "pushed" : "waiting",
    ...copyOf(row.kind, source),
    parts: row.parts,
    agent,
    ...(Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined)) as Partial<SessionRow>),
  };
}
