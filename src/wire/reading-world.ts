import { join } from "node:path";
import { fileTree } from "../adapters/file-tree/file-tree.ts";
import type { IdentityPorts } from "../app/identity/ports.ts";
import { judgeSession, type Judged } from "../app/sharing/evidence.ts";
import { teamsFor } from "../app/sharing/choose.ts";
import type { WorldContext } from "../cli/world.ts";
import type { CheckedCondition, CheckReport, ExportOptions, ExportOutcome, RawReport, ReadingWorld, TeamCheck, WrittenFile } from "../cli/world-reading.ts";
import { utf8 } from "../domain/bytes.ts";
import { HxError, isHxError } from "../domain/errors.ts";
import { isSessionId, type SessionId, type TeamId } from "../domain/ids.ts";
import { findForReading, type FoundForReading } from "./find-for-reading.ts";
import { handoffSession } from "./handoff.ts";
import { openHere, type Here } from "./here.ts";
import { knowledgeOf } from "./knowledge.ts";
import { named, openAllForReading, type Reading } from "./open-for-reading.ts";
import { agentFor, rawOf, shownOf } from "./read-out.ts";
import type { Settings } from "./settings.ts";
import { sharingOf, type SharingClone } from "./sharing-clone.ts";

export function readingWorld(settings: Settings, context: WorldContext, ports: () => Promise<IdentityPorts>): ReadingWorld {
  return {
    async check(text, options) {
      const here = await openHere(settings, context.directory, ports, "must", undefined, true);
      const sharing = await sharingOf(here, context, here.ended === null ? "try" : "none");
      if (here.ended !== null) context.progress.warn("the connection of this repository does not hold: judged by what is known here");
      else if (sharing.synced === null) context.progress.warn(`'${sharing.remote}' cannot be reached: judged by what is known here`);
      return check(here, sharing, context, text, options.team);
    },
    handoff: (text, options) => handoffSession(settings, context, ports, text, options),
    async export(sessions, directory, options) {
      const outcomes: ExportOutcome[] = [];
      for (const [i, reading] of (await openAllForReading(settings, context, ports, sessions)).entries()) {
        const session = sessions[i] ?? "";
        const report = isHxError(reading) ? reading : await writeOut(settings, reading, directory, options);
        outcomes.push(isHxError(report) ? { session, error: report } : { session, report });
      }
      return outcomes;
    },
  };
}

async function writeOut(settings: Settings, reading: Reading, directory: string, { raw, render }: ExportOptions): Promise<RawReport | HxError> {
  const target = join(directory, reading.opened.session);
  try {
    if (!(await fileTree().isEmptyOrAbsent(target))) throw new HxError("exists", `'${target}' is not empty`);
    const texts = render(await shownOf(reading, await agentFor(settings, reading.opened)));
    const written = raw ? (await rawOf(reading, join(target, "files"))).files.map(({ path, bytes }) => ({ path: `files/${path}`, bytes })) : [];
    const files = [...written, ...(await writeTexts(target, texts))];
    return { id: reading.opened.session, access: reading.access, files, unreadable: reading.unreadable };
  } catch (error) {
    if (isHxError(error)) return error;
    throw error;
  }
}

/** Writes texts below a directory, each whole. */
export async function writeTexts(target: string, texts: ReadonlyMap<string, string>): Promise<readonly WrittenFile[]> {
  const files: WrittenFile[] = [];
  for (const [path, text] of texts) {
    const file = await fileTree().begin(target);
    try {
      await file.write(0, utf8(text));
      await file.commit(join(target, path));
    } finally {
      await file.discard();
    }
    files.push({ path, bytes: utf8(text).length });
  }
  return files;
}

async function check(here: Here, sharing: SharingClone, context: WorldContext, text: string, team: string | undefined): Promise<CheckReport> {
  const known = await knowledgeOf(sharing);
  const found = await foundOrId(here, context, text);
  const { directory } = sharing.acting;
  const wanted = team === undefined ? null : directory.findTeam(team).id;
  const own = found.source !== null;
  const teams: readonly TeamId[] = wanted !== null ? [wanted] : own ? [] : teamsFor(known, found.session);
  const judged: Judged[] = [];
  for (const one of teams) judged.push(await judgeSession(known, found.session, one));
  return {
    session: found.session,
    own,
    known: own || found.known,
    teams: judged.map((one): TeamCheck => ({ team: named(directory.team(one.team)), holds: one.verdict.holds, conditions: conditionsOf(one) })),
    statement: known.state.head.n,
    ...(known.remoteSeen === undefined ? {} : { remoteSeen: known.remoteSeen }),
  };
}

function conditionsOf({ verdict: { conditions } }: Judged): readonly CheckedCondition[] {
  return (["C1", "C2", "C3", "C4"] as const).map((name) => ({ name, ...conditions[name] }));
}

/** Somebody may have told the reader an id of which nothing is known here. */
async function foundOrId(here: Here, context: WorldContext, text: string): Promise<FoundForReading & { readonly known: boolean }> {
  if (here.author === null) throw new HxError("locked", "your keys are locked", { hints: ["hx identity unlock"] });
  try {
    return { ...(await findForReading(here, here.author, context, text)), known: true };
  } catch (error) {
    const id = text.toLowerCase();
    if (!isHxError(error) || error.code !== "not-found" || !isSessionId(id)) throw error;
    return { session: id satisfies SessionId, source: null, known: false };
  }
}
