import type { PersonId } from "../../domain/ids.ts";
import type { Believed, SharingStatement } from "../../domain/sharing/statement.ts";

/** A statement of sharing, as it was signed, in plain values: ids and hashes as hex, times in ms since 1970. */
export interface MyStatement {
  readonly hash: string;
  readonly kind: SharingStatement["kind"];
  readonly lane: string;
  /** Number of the header that added it. */
  readonly seq: number;
  /** UTC midnight of the day of the commit, ms since 1970. */
  readonly day: number;
  readonly person: string;
  readonly device: string;
  /** What its maker's clock said. */
  readonly at: number;
  /** The rest of it, without what only its wraps need. */
  readonly says: Readonly<Record<string, unknown>>;
}

/** What a person said, what was said to them, and what is about something of theirs. Oldest first in each lane. */
export function myStatements(believed: readonly Believed[], me: PersonId): readonly MyStatement[] {
  return believed.filter(({ said }) => concerns(said, me)).map(({ hash, place, said }) => ({
    hash,
    kind: said.kind,
    lane: place.lane,
    seq: place.seq,
    day: place.day * 1000,
    person: said.person,
    device: said.device,
    at: said.at,
    says: saysOf(said),
  }));
}

/** Approvals and revocations of others open here only because they are for a team, or a list, of which the person is one. */
function concerns(said: SharingStatement, me: PersonId): boolean {
  if (said.person === me || said.kind === "approval" || said.kind === "revocation") return true;
  return said.kind === "access" ? said.author === me : said.to === me;
}

function saysOf(said: SharingStatement): MyStatement["says"] {
  switch (said.kind) {
    case "request":
      return { to: said.to, team: said.team, reason: said.reason, ...said.about, ...(said.turns === undefined ? {} : { turns: said.turns }) };
    case "withdrawal":
      return { request: said.request, to: said.to };
    case "denial":
      return { request: said.request, to: said.to, ...(said.reason === undefined ? {} : { reason: said.reason }) };
    case "approval": {
      const { author, team, epoch, audience, request, extends: first, expires, follow } = said;
      const some = { ...(request === undefined ? {} : { request }), ...(first === undefined ? {} : { extends: first }), ...(expires === undefined ? {} : { expires }) };
      return { author, team, epoch, audience, ...some, follow, sessions: said.sessions.map(({ session, first: from, count }) => ({ session, first: from, count })) };
    }
    case "revocation":
      return { author: said.author, approval: said.approval, ...(said.sessions === undefined ? {} : { sessions: said.sessions }) };
    case "access":
      return { author: said.author, team: said.team, session: said.session, approval: said.approval, from: said.from, until: said.until, class: said.class };
  }
}
