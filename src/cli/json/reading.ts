import type { CheckReport, HandoffReport, RawReport } from "../world.ts";
import { accessJson, namedJson } from "./access.ts";
import { SCHEMAS } from "./schemas.ts";
import { timeOf } from "./time.ts";

export function checkJson({ session, own, known, teams, statement, remoteSeen }: CheckReport) {
  return {
    schema: SCHEMAS.check,
    session,
    own,
    known,
    teams: teams.map(({ team, holds, conditions }) => ({
      team: namedJson(team),
      holds,
      conditions: conditions.map(({ name, holds: it, says, missing, fix }) => ({ name, holds: it, says, missing, fix })),
    })),
    statement,
    remoteSeen: timeOf(remoteSeen),
  };
}

export function exportJson(reports: readonly RawReport[], failed: readonly { readonly session: string; readonly code: string; readonly message: string }[]) {
  return {
    schema: SCHEMAS.export,
    sessions: reports.map(({ id, access, files, unreadable }) => ({
      id,
      access: accessJson(access),
      files: files.map(({ path, bytes }) => ({ path, bytes })),
      unreadable: unreadable.map(({ part, reason }) => ({ part, reason })),
    })),
    failed: failed.map(({ session, code, message }) => ({ session, code, message })),
  };
}

export function handoffJson({ id, access, unreadable, omittedBytes, agent, to, characters, left, replaced, brief, file, directory, command, say }: HandoffReport) {
  return {
    schema: SCHEMAS.handoff,
    id,
    access: accessJson(access),
    agent,
    to,
    characters,
    left,
    replaced,
    omittedBytes,
    unreadable: unreadable.map(({ part, reason }) => ({ part, reason })),
    file,
    directory,
    command,
    say,
    brief,
  };
}
