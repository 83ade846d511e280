import type { LogKind } from "./log-entry.ts";

/** An entry with names for ids, as far as it is told in one sentence. */
export interface Told {
  readonly kind: LogKind;
  readonly who?: string;
  readonly whom?: string;
  readonly author?: string;
  readonly team?: string;
  readonly project?: string;
  readonly epoch?: number;
  readonly sessions: readonly string[];
  readonly commit?: string;
  readonly path?: string;
  readonly line?: number;
}

const NOBODY = "somebody";
const SHORT = 8;

/** What happened, in one sentence without a full stop. Names are put in as they are: who shows it makes them harmless. */
export function tell(told: Told): string {
  const { kind, who = NOBODY, whom = NOBODY, team = "a team", project = "a project" } = told;
  const what = subject(told);
  switch (kind) {
    case "access":
      return `${who} read ${what} with team ${team}`;
    case "request":
      return `${who} asked ${whom} for ${what} for team ${team}`;
    case "withdrawal":
      return `${who} took back the request for ${what}`;
    case "denial":
      return `${who} denied ${whom} ${what}`;
    case "approval":
      return `${who} approved ${what} for team ${team}`;
    case "extension":
      return `${who} handed on more of ${what} to team ${team}`;
    case "revocation":
      return `${who} revoked ${what} from team ${team}`;
    case "expiry":
      return `the approval of ${what} for team ${team} expired`;
    case "admission":
      return whom === who ? `${who} began team ${team}` : `${who} admitted ${whom} to team ${team}`;
    case "team-removal":
      return whom === who ? `${who} left team ${team}` : `${who} removed ${whom} from team ${team}`;
    case "team-due":
      return `team ${team} is due for a new key, as ${whom} or a device of theirs was removed`;
    case "team-key":
      return `${who} made key ${told.epoch ?? ""} of team ${team}`;
    case "team-dead":
      return `team ${team} lost its last member`;
    case "grant":
      return `${who} granted project ${project} to team ${team}`;
    case "withdraw":
      return `${who} withdrew project ${project} from team ${team}`;
    case "connect":
      return `${who} connected this repository to project ${project}`;
    case "disconnect":
      return `${who} disconnected this repository`;
    case "removal":
      return `${who} removed ${whom} from the workspace${told.team === undefined ? "" : `, and so from team ${team}`}`;
    case "departure":
      return `${whom} departed${told.team === undefined ? "" : `, and left team ${team}`}`;
    case "succession":
      return `${who} signed that team ${team} succeeds them`;
    case "succession-withdrawn":
      return `${who} took back the succession that they had signed`;
    case "succession-opened":
      return `team ${team} succeeds ${whom}, who departed`;
    case "disbelieved":
      return "something was said that is not believed";
  }
}

/** The sessions, or the line or commit, in a few words. */
function subject({ sessions, commit, path, line }: Told): string {
  const [first] = sessions;
  if (sessions.length > 1) return `${sessions.length} sessions`;
  if (first !== undefined) return `session ${first.slice(0, SHORT)}`;
  if (commit === undefined) return "sessions";
  const place = path === undefined ? "" : `${path}${line === undefined ? "" : `:${line}`} of `;
  return `${place}commit ${commit.slice(0, SHORT)}`;
}
