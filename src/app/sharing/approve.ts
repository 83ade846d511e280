import { toHex } from "../../domain/bytes.ts";
import { HxError } from "../../domain/errors.ts";
import type { PersonId, SessionId, TeamId } from "../../domain/ids.ts";
import type { Approval, ApprovedSession, Audience, ShownTie, StatementHash } from "../../domain/sharing/statement.ts";
import { currentTeamKey, type WorkspaceState } from "../../domain/workspace/state.ts";
import { MAX_SHARING_ENVELOPE } from "../../format/sharing/in-items.ts";
import { signSharing } from "../../format/sharing/statement.ts";
import type { WritableLedger } from "../ledger.ts";
import type { Additions } from "../publish/additions.ts";
import type { OpenedSession } from "../read/open-session.ts";
import type { Acting } from "../workspace/acting.ts";
import { authorKey } from "./authors.ts";
import { audienceRecipients, presentRecipients } from "./recipients.ts";
import { saidBy, sealStatement } from "./seal-statement.ts";
import { sealWraps, wrapsFor, type OwedWrap } from "./seal-wraps.ts";

/** Parts of a session that are handed on, up to its newest. */
export interface SharedSession {
  readonly session: SessionId;
  /** Public key of the lane in which it lies. */
  readonly lane: Uint8Array;
  readonly first: number;
  /** `P` of the parts from `first` on. */
  readonly keys: readonly Uint8Array[];
  /** L over all part records of the session. */
  readonly last: Uint8Array;
}

export interface Approving {
  readonly author: PersonId;
  readonly team: TeamId;
  readonly audience: Audience;
  readonly request?: StatementHash;
  /** The first approval, of which this one hands on more. */
  readonly extends?: StatementHash;
  /** ms since 1970. */
  readonly expires?: number;
  readonly follow: boolean;
  readonly sessions: readonly SharedSession[];
}

export interface Approved {
  /** One, or several where one envelope does not hold all sessions. */
  readonly approvals: readonly StatementHash[];
  /** Statements and wraps, all for one commit. */
  readonly additions: Additions;
}

/** A session with its parts from `first` on. */
export function sharedSession({ session, source, parts, keys }: OpenedSession, first = 0): SharedSession {
  const wanted = parts.parts.slice(first).map(({ n }) => {
    const key = keys.get(n);
    if (key === undefined) throw new HxError("no-key", `no key for part ${n} of session '${session}'`);
    return key;
  });
  return { session, lane: source.publicKey, first, keys: wanted, last: parts.manifest.parts.hash };
}

/**
 * The approval of sessions for a team: a statement, sealed to the audience and the author, and for each session and recipient the wraps
 * of its part keys. Nothing is written yet, and nothing is read but what is given.
 * @param ties by public key of the lane (hex), of the lanes in which the sessions lie
 * @throws HxError `refused` when nothing may be wrapped to the team now
 */
export function approve(ledger: WritableLedger, acting: Acting, state: WorkspaceState, ties: ReadonlyMap<string, ShownTie>, wanted: Approving): Approved {
  const recipients = (wanted.extends === undefined ? audienceRecipients : presentRecipients)(state, wanted.team, wanted.audience);
  const team = state.teams.get(wanted.team);
  const epoch = team === undefined ? undefined : currentTeamKey(team)?.epoch;
  if (epoch === undefined) throw new HxError("internal", "an approval for a team without a key");
  const own = authorKey(state, wanted.author);
  const to = recipients.map(({ key }): [Uint8Array, Uint8Array] => [key, own]);
  const approvals: StatementHash[] = [];
  const items: Uint8Array[] = [];
  const owed: OwedWrap[] = [];
  for (const sessions of inEnvelopes(wanted.sessions, (some) => signSharing(said(some), () => new Uint8Array(64)).length)) {
    const statement = said(sessions);
    const sealed = sealStatement(ledger, acting, statement, to);
    approvals.push(sealed.hash);
    items.push(...sealed.items);
    for (const recipient of recipients) owed.push(...wrapsFor(ledger, { approval: sealed.hash, tag: statement.tag }, sessions, recipient, "new"));
  }
  return { approvals, additions: { items, wraps: sealWraps(ledger, owed), removed: [] } };

  function said(sessions: readonly SharedSession[]): Approval {
    const lanes = [...new Set(sessions.map(({ lane }) => toHex(lane)))];
    const { author, audience, request, extends: first, expires, follow } = wanted;
    return {
      kind: "approval",
      ...saidBy(ledger, acting),
      author,
      team: wanted.team,
      epoch: epoch ?? 0,
      audience: audience === "team" ? audience : audience.toSorted(),
      ...(request === undefined ? {} : { request }),
      ...(first === undefined ? {} : { extends: first }),
      ...(expires === undefined ? {} : { expires }),
      follow,
      tag: ledger.crypto.random.bytes(32),
      ties: lanes.map((lane) => tieOf(ties, lane)),
      sessions: sessions.map((shared): ApprovedSession => ({ session: shared.session, tie: lanes.indexOf(toHex(shared.lane)), first: shared.first, count: shared.first + shared.keys.length, last: shared.last })),
    };
  }
}

/** In as few lists as envelopes can hold. */
function inEnvelopes(sessions: readonly SharedSession[], length: (some: readonly SharedSession[]) => number): readonly (readonly SharedSession[])[] {
  if (sessions.length < 2 || length(sessions) <= MAX_SHARING_ENVELOPE) return sessions.length === 0 ? [] : [sessions];
  const middle = Math.ceil(sessions.length / 2);
  return [...inEnvelopes(sessions.slice(0, middle), length), ...inEnvelopes(sessions.slice(middle), length)];
}

function tieOf(ties: ReadonlyMap<string, ShownTie>, lane: string): ShownTie {
  const tie = ties.get(lane);
  if (tie === undefined) throw new HxError("item-invalid", `the lane '${lane.slice(0, 8)}' shows no tie to the author`, { hints: ["hx verify"] });
  return tie;
}
