import type { IdentityPorts } from "../app/identity/ports.ts";
import { hashesNamed, shortApproval } from "../app/sharing/choose-own.ts";
import { owedElsewhere, sceneOf } from "../app/sharing/duties.ts";
import { isAuthor } from "../app/sharing/wrap-duties.ts";
import { revoke, type Revoking } from "../app/sharing/revoke.ts";
import { called } from "../app/workspace/directory.ts";
import type { RevokePlan, RevokeReport } from "../cli/world-share.ts";
import type { WorldContext } from "../cli/world.ts";
import { HxError, isHxError } from "../domain/errors.ts";
import type { SessionId, TeamId } from "../domain/ids.ts";
import { standing, type GivenApproval } from "../domain/sharing/sharing.ts";
import type { StatementHash } from "../domain/sharing/statement.ts";
import { inputOf, olderLanes, sayWithDuties } from "./duties.ts";
import type { Settings } from "./settings.ts";
import { openSharing, speakingLane, type SharingClone } from "./sharing-clone.ts";

/** `hx revoke`: the statement counts at once; the wraps that this clone wrote go with it. */
export async function revokeHere(settings: Settings, context: WorldContext, ports: () => Promise<IdentityPorts>, what: string, confirm: (plan: RevokePlan) => Promise<boolean>): Promise<RevokeReport> {
  const here = await openSharing(settings, context, ports, "must");
  const ledger = speakingLane(here);
  const wanted = meant(here, what);
  if (!(await confirm(planOf(here, what, wanted)))) throw new HxError("interrupted", "nothing was revoked");
  const revoked = revoke(ledger, here.acting, here.state.chain.state, wanted);
  const revoking = new Map<StatementHash, "all" | ReadonlySet<SessionId>>(wanted.map(({ given, sessions }) => [given.first.hash, sessions === undefined ? "all" : new Set(sessions)]));
  const { spoken, duties } = await sayWithDuties(here, [{ items: revoked.items, wraps: new Map(), removed: [] }], context.signal, revoking);
  if (spoken === null || (spoken.kind !== "acknowledged" && !spoken.published)) throw new HxError("remote-failed", `nothing was revoked: ${spoken?.reason ?? "nothing was said"}`);
  const written = [ledger.lane.id, ...(await olderLanes(here)).map(({ lane }) => lane.id)];
  const elsewhere = await owedElsewhere(ledger, here.sharing.lanes, sceneOf(ledger, inputOf(here, revoking)), written);
  return {
    revocations: revoked.revocations,
    approvals: wanted.map(({ given }) => shortApproval(given.first.hash)),
    removed: duties.removed,
    elsewhere: elsewhere.filter(({ given }) => revoking.has(given.first.hash)).reduce((sum, { wraps }) => sum + wraps, 0),
    pushed: spoken.kind === "acknowledged",
    ...(spoken.kind === "acknowledged" ? {} : { reason: spoken.reason }),
  };
}

/** An approval, a session in all its approvals, or all that a team was given: what of it is not revoked yet. */
function meant(here: SharingClone, what: string): readonly Revoking[] {
  const { ledger, sharing } = here;
  const { authors } = sceneOf(ledger, inputOf(here));
  const given = [...sharing.sharing.approvals.values()].filter(({ first }) => isAuthor(authors, first.said.author));
  const byHash = new Map(given.map((one) => [one.first.hash, one]));
  const approvals = hashesNamed(byHash.keys(), "a", what).flatMap((hash) => byHash.get(hash) ?? []);
  const sessions = [...new Set(given.flatMap(({ covered }) => [...covered.keys()]))].filter((id) => /^[0-9a-f]{4,32}$/.test(what.toLowerCase()) && id.startsWith(what.toLowerCase()));
  const team = teamNamed(here, what);
  const kinds = [approvals.length > 0, sessions.length > 0, team !== null].filter(Boolean).length;
  const ids = [...approvals.map(({ first }) => shortApproval(first.hash)), ...sessions];
  if (kinds > 1 || approvals.length > 1 || sessions.length > 1) throw new HxError("ambiguous", `'${what}' can mean several: ${[...ids, ...(team === null ? [] : [`team ${team}`])].join(", ")}`, { hints: ["hx shares"] });
  const [session] = sessions;
  const candidates = session !== undefined ? given.filter(({ covered }) => covered.has(session)).map((one) => ({ given: one, sessions: [session] })) : team !== null ? given.filter(({ first }) => first.said.team === team).map((one) => ({ given: one })) : approvals.map((one) => ({ given: one }));
  if (candidates.length === 0) throw new HxError("not-found", `nothing that you shared is called '${what}'`, { hints: ["hx shares"] });
  const left = candidates.filter((one) => !isRevoked(one.given, session));
  if (left.length === 0) throw new HxError("exists", `'${what}' is revoked already`, { hints: ["hx shares"] });
  return left;
}

/** Expired ones can be revoked too: a clock that is set back must not matter to whoever wants to be sure. */
function isRevoked(given: GivenApproval, session: SessionId | undefined): boolean {
  return standing(given, 0, session) === "revoked";
}

function teamNamed({ acting }: SharingClone, what: string): TeamId | null {
  try {
    return acting.directory.findTeam(what).id;
  } catch (error) {
    if (isHxError(error) && error.code === "not-found") return null;
    throw error;
  }
}

function planOf({ acting, sharing }: SharingClone, what: string, wanted: readonly Revoking[]): RevokePlan {
  const accesses = [...sharing.sharing.accesses.values()];
  return {
    what,
    approvals: wanted.map(({ given, sessions }) => ({
      id: shortApproval(given.first.hash),
      team: called(acting.directory.team(given.first.said.team)),
      sessions: sessions?.length ?? given.covered.size,
      reads: accesses.filter(({ access }) => access.said.approval === given.first.hash && (sessions === undefined || sessions.includes(access.said.session))).length,
    })),
  };
}
