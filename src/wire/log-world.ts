import type { IdentityPorts } from "../app/identity/ports.ts";
import type { MissingEntry } from "../app/items/seen-entries.ts";
import { describeEntry } from "../app/sharing/gone-entry.ts";
import { readLog, toldOf, type NamedEntry } from "../app/sharing/log.ts";
import type { Entry } from "../app/workspace/directory.ts";
import type { WorldContext } from "../cli/world.ts";
import type { LogParty, LogReport, LogRow, LogWorld } from "../cli/world-log.ts";
import type { PersonId } from "../domain/ids.ts";
import { tell } from "../domain/sharing/log-words.ts";
import type { Settings } from "./settings.ts";
import { openSharing, type SharingClone } from "./sharing-clone.ts";
import { newestTrust } from "./status.ts";
import { warningsOf } from "./sync.ts";

export function logWorld(settings: Settings, context: WorldContext, ports: () => Promise<IdentityPorts>): LogWorld {
  return {
    async read({ offline, ...query }): Promise<LogReport> {
      const here = await openSharing(settings, context, ports, offline ? "none" : "try");
      const { entries, gone, unread } = await readLog(here, query);
      const warnings = [
        ...(here.synced === null ? [await staleness(here, offline)] : warningsOf(here.synced)),
        ...unread.map(({ lane, error }) => `the newest entries of lane '${lane}' could not be read: ${error.message}`),
        ...goneWarning(here, gone),
      ];
      return { entries: entries.map((entry) => rowOf(entry, here.acting.person)), warnings, whole: unread.length === 0 };
    },
  };
}

/** That a remote was not asked, and how old what is here is. */
export async function staleness({ clone, ledger, now, remote }: SharingClone, offline: boolean): Promise<string> {
  const verified = await newestTrust(clone, ledger);
  const age = verified === undefined ? "no lane was verified here yet" : `the newest lane here was verified ${spanOf(now - verified)} ago`;
  return `${offline ? `'${remote}' was not asked` : `'${remote}' cannot be reached`}, so what is new is not in the log: ${age}`;
}

function spanOf(ms: number): string {
  const minutes = Math.max(0, Math.round(ms / 60_000));
  if (minutes < 120) return `${minutes} min`;
  return minutes < 2880 ? `${Math.round(minutes / 60)} h` : `${Math.round(minutes / 1440)} days`;
}

/** One line: which and how, `hx verify` tells. */
function goneWarning(here: SharingClone, gone: readonly MissingEntry[]): string[] {
  const [first] = gone;
  if (first === undefined) return [];
  const what = describeEntry({ ...here, state: here.state.chain.state }, first) ?? `item '${first.id}' of lane '${first.lane}'`;
  return [`${gone.length === 1 ? "an entry that was seen is" : `${gone.length} entries that were seen are`} gone (${what}): hx verify`];
}

export function rowOf(named: NamedEntry, me: PersonId): LogRow {
  const { kind, when, sessions, about, reason, class: kept, until, anomaly } = named.entry;
  const party = <Id extends string>({ id, name }: Entry<Id>): LogParty => ({ id, ...(name === null ? {} : { name }), ...((id as string) === me ? { me: true } : {}) });
  return {
    id: named.id,
    kind,
    text: tell(toldOf(named, me)),
    day: when.day * 1000,
    ...(when.at === undefined ? {} : { at: when.at }),
    ...(when.doubted === undefined ? {} : { doubted: when.doubted }),
    ...(named.who === undefined ? {} : { who: party(named.who) }),
    ...(named.whom === undefined ? {} : { whom: party(named.whom) }),
    ...(named.author === undefined ? {} : { author: party(named.author) }),
    ...(named.team === undefined ? {} : { team: party(named.team) }),
    ...(named.project === undefined ? {} : { project: named.project }),
    sessions,
    ...about,
    ...(reason === undefined ? {} : { reason }),
    ...(kept === undefined ? {} : { class: kept }),
    ...(until === undefined ? {} : { until }),
    ...(anomaly === undefined ? {} : { anomaly }),
  };
}
