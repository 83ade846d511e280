import { isTeamMember } from "../workspace/state.ts";
import type { WorkspaceState } from "../workspace/state.ts";
import { approvalEnd } from "./approval-end.ts";
import {
  accessContradiction,
  approvalContradiction,
  denialContradiction,
  extensionContradiction,
  revocationContradiction,
  wasAsked,
  withdrawalContradiction,
} from "./contradiction.ts";
import type { AccessRecord, Covering, GivenApproval, RequestRecord, RequestState, Sharing, VoidStatement } from "./sharing.ts";
import type { Approval, Believed, Place, Request, Revocation, SharingKind, SharingStatement, StatementHash } from "./statement.ts";

interface Extension extends Approval {
  readonly extends: StatementHash;
}
type Of<Kind extends SharingKind> = Believed<Extract<SharingStatement, { kind: Kind }>>;
type ByHash<Value> = ReadonlyMap<StatementHash, Value>;
/** Whether a statement counts: null; or it waits for the one that it names; or it means nothing, and why. */
type Word = null | "waits" | { readonly why: string };

/**
 * What believed statements say together. The order in which they come does not matter, and a statement that was added
 * more than once counts once, from its first place: a revoked approval that is added again stays revoked.
 */
export function foldSharing(state: WorkspaceState, statements: Iterable<Believed>): Sharing {
  const all = once(statements);
  const voids: VoidStatement[] = [];
  const waiting: Believed[] = [];
  const sift = <Statement extends Believed>(candidates: readonly Statement[], judge: (statement: Statement) => Word): readonly Statement[] =>
    candidates.filter((statement) => {
      const word = judge(statement);
      if (word === "waits") waiting.push(statement);
      else if (word !== null) voids.push({ statement, why: word.why });
      return word === null;
    });
  /** Judges by the statement that is named: one of `counting`, one that is known and does not count, or one that is not known. */
  const named = <Target>(hash: StatementHash, counting: ByHash<Target>, judge: (target: Target) => string | null): Word => {
    const target = counting.get(hash);
    if (target !== undefined) return word(judge(target));
    return all.has(hash) ? { why: "what it names is of another kind, or means nothing itself" } : "waits";
  };

  const requests = byHash(ofKind(all, "request"));
  const approvals = ofKind(all, "approval");
  const sound = (approval: Believed<Approval>): string | null => {
    const { request } = approval.said;
    if (request !== undefined && all.has(request) && !requests.has(request)) return "what it names as its request is none";
    return approvalContradiction(state, approval, request === undefined ? undefined : requests.get(request));
  };
  const firsts = sift(
    approvals.filter(({ said }) => said.extends === undefined),
    (approval) => word(sound(approval)),
  );
  const firstOf = byHash(firsts);
  const extensions = sift(approvals.filter(extending), (approval) =>
    named(approval.said.extends, firstOf, (first) => extensionContradiction(approval, first) ?? sound(approval)),
  );
  const revocations = sift(ofKind(all, "revocation"), (revocation) =>
    named(revocation.said.approval, firstOf, (first) => revocationContradiction(state, revocation, first)),
  );
  const withdrawals = sift(ofKind(all, "withdrawal"), (withdrawal) => named(withdrawal.said.request, requests, (request) => withdrawalContradiction(withdrawal, request)));
  const denials = sift(ofKind(all, "denial"), (denial) => named(denial.said.request, requests, (request) => denialContradiction(denial, request)));

  const extended = grouped(extensions, ({ said }) => said.extends);
  const revoked = grouped(revocations, ({ said }) => said.approval);
  const withdrawn = grouped(withdrawals, ({ said }) => said.request);
  const denied = grouped(denials, ({ said }) => said.request);
  const approved = grouped(firsts, ({ said }) => said.request);
  const given = new Map(firsts.map((first) => [first.hash, givenApproval(state, first, extended.get(first.hash) ?? [], revoked.get(first.hash) ?? [])]));
  const record = (request: Believed<Request>): RequestRecord => {
    const about = {
      withdrawals: withdrawn.get(request.hash) ?? [],
      denials: denied.get(request.hash) ?? [],
      approvals: (approved.get(request.hash) ?? []).map(({ hash }) => hash),
    };
    return { request, state: requestState(state, request, about), ...about };
  };
  return {
    requests: new Map([...requests].map(([hash, request]) => [hash, record(request)])),
    approvals: given,
    accesses: new Map(ofKind(all, "access").map((access) => [access.hash, accessRecord(access, given)])),
    voids,
    waiting,
  };
}

function givenApproval(state: WorkspaceState, first: Believed<Approval>, extensions: readonly Believed<Approval>[], revocations: readonly Believed<Revocation>[]): GivenApproval {
  const pieces = [first, ...extensions].flatMap((statement) => statement.said.sessions.map((parts): Covering => ({ statement, parts })));
  const revoked = revocations.some(({ said }) => said.sessions === undefined) ? "all" : new Set(revocations.flatMap(({ said }) => said.sessions ?? []));
  const ends = approvalEnd(state, first);
  return { first, extensions, covered: grouped(pieces, ({ parts }) => parts.session), revocations, revoked, ...(ends === undefined ? {} : { ends }) };
}

function requestState(state: WorkspaceState, request: Believed<Request>, about: Pick<RequestRecord, "approvals" | "withdrawals" | "denials">): RequestState {
  if (about.approvals.length > 0) return "approved";
  if (about.withdrawals.length > 0) return "withdrawn";
  if (about.denials.length > 0) return "denied";
  const { team, person } = request.said;
  return wasAsked(state, request) && isTeamMember(state, team, person) ? "open" : "stale";
}

function accessRecord(access: Of<"access">, given: ByHash<GivenApproval>): AccessRecord {
  const contradiction = accessContradiction(access, given.get(access.said.approval));
  return contradiction === null ? { access } : { access, contradiction };
}

/** By hash, in the order of the hashes. */
function once(statements: Iterable<Believed>): ByHash<Believed> {
  const known = new Map<StatementHash, Believed>();
  for (const statement of statements) {
    const before = known.get(statement.hash);
    if (before === undefined || isBefore(statement.place, before.place)) known.set(statement.hash, statement);
  }
  return new Map([...known].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** A statement is believed in one lane alone, so its places have one order. */
function isBefore(a: Place, b: Place): boolean {
  return a.seq < b.seq;
}

function ofKind<Kind extends SharingKind>(all: ByHash<Believed>, kind: Kind): readonly Of<Kind>[] {
  return [...all.values()].filter((statement): statement is Of<Kind> => statement.said.kind === kind);
}

function extending(approval: Believed<Approval>): approval is Believed<Extension> {
  return approval.said.extends !== undefined;
}

/** By what `keyOf` says, without those of which it says nothing. */
function grouped<Value, Key>(values: readonly Value[], keyOf: (value: Value) => Key | undefined): ReadonlyMap<Key, readonly Value[]> {
  const groups = new Map<Key, Value[]>();
  for (const value of values) {
    const key = keyOf(value);
    if (key === undefined) continue;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [value]);
    else group.push(value);
  }
  return groups;
}

function byHash<Statement extends Believed>(statements: readonly Statement[]): ByHash<Statement> {
  return new Map(statements.map((statement) => [statement.hash, statement]));
}

function word(why: string | null): Word {
  return why === null ? null : { why };
}
