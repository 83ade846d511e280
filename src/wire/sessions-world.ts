import { resolve } from "node:path";
import { fileTree } from "../adapters/file-tree/file-tree.ts";
import { inspect } from "../app/inspect/inspect.ts";
import type { IdentityPorts } from "../app/identity/ports.ts";
import { laneSources } from "../app/read/lane-source.ts";
import { listShared } from "../app/sharing/list-shared.ts";
import { Catalog } from "../app/sessions/catalog.ts";
import { listSessions, type ListedSession } from "../app/sessions/list-sessions.ts";
import { restoreSession } from "../app/sessions/restore-session.ts";
import type { RestoreReport, SessionRow, SessionsWorld, WorldContext } from "../cli/world.ts";
import { present } from "../cli/command.ts";
import type { SessionId } from "../domain/ids.ts";
import type { PrivateFacts } from "../format/private-block.ts";
import { wiredAgent } from "./agents.ts";
import { captureHere } from "./capture.ts";
import { openClone, openLedger } from "./clone.ts";
import { openHere } from "./here.ts";
import { knowledgeOf } from "./knowledge.ts";
import { named, openForReading } from "./open-for-reading.ts";
import { agentFor, rawOf, shownOf } from "./read-out.ts";
import type { Settings } from "./settings.ts";
import { sharingOf, type SharingClone } from "./sharing-clone.ts";
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
      const shared = options.shared ? await sharedRows(await sharingOf(here, context, "try")) : [];
      const all = [...rows.filter(({ kind }) => kind === "original" || options.copies === true).map(rowOf), ...shared];
      const shown = all.filter((row) => (options.agent === undefined || row.agent === options.agent) && (options.since === undefined || (row.last ?? 0) >= options.since));
      return options.limit === undefined ? shown : shown.slice(0, options.limit);
    },
    async show(id) {
      const reading = await openForReading(settings, context, ports, id);
      return shownOf(reading, await agentFor(settings, reading.opened));
    },
    async raw(id, target) {
      return rawOf(await openForReading(settings, context, ports, id), resolve(directory, target));
    },
    async restore(id, options): Promise<RestoreReport> {
      const { clone, ledger, opened, access, unreadable } = await openForReading(settings, context, ports, id);
      const top = resolve(directory, options.directory ?? clone.repository.checkout.top ?? ".");
      const done = await restoreSession(ledger, await agentFor(settings, opened), fileTree(), opened, { checkout: top, map: options.map ?? access.class === "own", force: options.force, dryRun: options.dryRun });
      return { agent: done.agent, access, unreadable, files: done.files, omittedBytes: done.omitted, ...present({ mapped: done.mapped }), ...copyOf(opened.parts.manifest.kind, done.source), ...resumeOf(done.agent, done.id) };
    },
    async inspect(what) {
      // Without a verified chain: who audits a broken clone needs this most.
      const clone = await openClone(settings, directory);
      return inspect(await openLedger(clone), clone.repository, what);
    },
  };
}

function resumeOf(agent: string, id: string): { readonly resume?: string } {
  const resume = wiredAgent(agent)?.resume(id) ?? null;
  return resume === null ? {} : { resume };
}

/** Rows of what others share with the reader. */
async function sharedRows(here: SharingClone): Promise<readonly SessionRow[]> {
  const listed = await listShared(await knowledgeOf(here), here.own, here.remote);
  const { directory } = here.acting;
  return listed.map(({ session, author, team, kind, parts, expires, until, facts }) => ({
    ...(facts === undefined ? { id: session, parts } : factsOf(session, parts, facts)),
    ...copyOf(kind, facts?.source),
    state: "shared",
    shared: { author: named(directory.person(author)), team: named(directory.team(team)), ...present({ expires, until }) },
  }));
}

function copyOf(kind: ListedSession["kind"], source?: string): { readonly kind?: "redacted"; readonly source?: string } {
  return kind === "original" ? {} : { kind, ...(source === undefined ? {} : { source }) };
}

function rowOf(row: ListedSession): SessionRow {
  if (!("facts" in row)) return { id: row.session, state: row.state, ...copyOf(row.kind), parts: row.parts };
  return { ...factsOf(row.session, row.parts, row.facts), state: row.state === "kept" ? "pushed" : "waiting", ...copyOf(row.kind, row.facts.source) };
}

function factsOf(id: SessionId, parts: number, { agent, title, branch, first, last, turns, bytes }: PrivateFacts): Omit<SessionRow, "state"> {
  return { id, parts, agent, ...present({ title, branch, first, last, turns, bytes }) };
}
