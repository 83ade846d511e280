import { utf8 } from "../../domain/bytes.ts";
import { HxError } from "../../domain/errors.ts";
import type { PersonId, TeamId } from "../../domain/ids.ts";
import type { RequestRecord, Sharing } from "../../domain/sharing/sharing.ts";
import type { Subject, TurnRange } from "../../domain/sharing/statement.ts";
import type { WorkspaceState } from "../../domain/workspace/state.ts";
import { MAX_REASON } from "../../format/sharing/said.ts";
import type { WritableLedger } from "../ledger.ts";
import type { Acting } from "../workspace/acting.ts";
import { personRecipient } from "./recipients.ts";
import { saidBy, sealStatement, type SealedStatement } from "./seal-statement.ts";

const NONCE = 16;

export interface NewRequest {
  readonly to: PersonId;
  readonly team: TeamId;
  readonly about: Subject;
  /** At most 400 bytes of UTF-8. */
  readonly reason: string;
  readonly turns?: readonly TurnRange[];
}

/** A request, sealed to its author and to who asks. @throws HxError `usage` for a reason that is too long; `not-found` */
export function request(ledger: WritableLedger, state: WorkspaceState, acting: Acting, wanted: NewRequest): SealedStatement {
  checkReason(wanted.reason);
  const nonce = ledger.crypto.random.bytes(NONCE);
  return sealStatement(ledger, acting, { kind: "request", ...saidBy(ledger, acting), ...wanted, nonce }, betweenTwo(state, acting, wanted.to));
}

/** The request is not wanted any more. Only who asked says so. */
export function withdrawal(ledger: WritableLedger, state: WorkspaceState, acting: Acting, { request: asked }: RequestRecord): SealedStatement {
  const { to } = asked.said;
  return sealStatement(ledger, acting, { kind: "withdrawal", ...saidBy(ledger, acting), request: asked.hash, to }, betweenTwo(state, acting, to));
}

/** The author says no. @throws HxError `usage` for a reason that is too long */
export function denial(ledger: WritableLedger, state: WorkspaceState, acting: Acting, { request: asked }: RequestRecord, reason?: string): SealedStatement {
  if (reason !== undefined) checkReason(reason);
  const to = asked.said.person;
  const statement = { kind: "denial", ...saidBy(ledger, acting), request: asked.hash, to, ...(reason === undefined ? {} : { reason }) } as const;
  return sealStatement(ledger, acting, statement, betweenTwo(state, acting, to));
}

/** @throws HxError `usage` */
export function checkReason(reason: string): void {
  const { length } = utf8(reason);
  if (length > MAX_REASON) throw new HxError("usage", `the reason has ${length} bytes, and at most ${MAX_REASON} are sent`);
}

/** What this person asked and what is still open, in the same words. */
export function openTwin({ requests }: Sharing, person: PersonId, wanted: NewRequest): RequestRecord | null {
  const twin = JSON.stringify(subject(wanted));
  for (const record of requests.values()) {
    const { said } = record.request;
    if (record.state === "open" && said.person === person && JSON.stringify(subject(said)) === twin) return record;
  }
  return null;
}

function subject({ to, team, about, turns }: Omit<NewRequest, "reason">): readonly unknown[] {
  const what = "session" in about ? [about.session] : [about.commit, about.path, about.line];
  return [to, team, what, turns];
}

function betweenTwo(state: WorkspaceState, acting: Acting, other: PersonId): readonly (readonly [Uint8Array, Uint8Array])[] {
  return [[personRecipient(state, other).key, personRecipient(state, acting.person).key]];
}
