import type { IdentityPorts } from "../app/identity/ports.ts";
import type { WritableLedger } from "../app/ledger.ts";
import { joinAdditions, type Additions } from "../app/publish/additions.ts";
import { fetchSegments, openOwnSession, type OpenedSession } from "../app/read/open-session.ts";
import { approve, type Approved, type SharedSession } from "../app/sharing/approve.ts";
import { authorsOf } from "../app/sharing/authors.ts";
import { lanesOf, ownSessions, requestNamed, sessionNamed, shortApproval } from "../app/sharing/choose-own.ts";
import { copyOf, examine, isKnownClean, type Copied, type Examined } from "../app/sharing/examine.ts";
import { requestName } from "../app/sharing/find-request.ts";
import { knownSessions, type OwnKnown } from "../app/sharing/known-sessions.ts";
import type { AuthorLanes, OwnSession } from "../app/sharing/open-sessions.ts";
import { shownTies } from "../app/sharing/read-sharing.ts";
import { audienceRecipients } from "../app/sharing/recipients.ts";
import { subjectWords } from "../app/sharing/requests.ts";
import { stagedSessions } from "../app/sync/waiting.ts";
import { called } from "../app/workspace/directory.ts";
import type { ShareDecision, ShareOptions, SharePlan, SharePlanSession, ShareReport } from "../cli/world-share.ts";
import type { WorldContext } from "../cli/world.ts";
import { HxError } from "../domain/errors.ts";
import { dayMs, dayOf } from "../domain/policy/day.ts";
import { effectiveTerms } from "../domain/policy/in-force.ts";
import type { EnforcedTerms } from "../domain/policy/terms.ts";
import type { PersonId, SessionId, TeamId } from "../domain/ids.ts";
import type { RequestRecord } from "../domain/sharing/sharing.ts";
import type { Audience, Subject, TurnRange } from "../domain/sharing/statement.ts";
import type { Agent } from "../ports/agent.ts";
import type { Scanner } from "../ports/scanner.ts";
import { agentNamed } from "./agents.ts";
import { sayWithDuties } from "./duties.ts";
import { openScanner } from "./scanner.ts";
import type { Settings } from "./settings.ts";
import { openSharing, speakingLane, type SharingClone } from "./sharing-clone.ts";

/** Which sessions a commit or a line belongs to, the best first, in the lanes of the author who was asked. */
export type CandidateFinder = (here: SharingClone, lanes: AuthorLanes, about: Exclude<Subject, { readonly session: SessionId }>) => Promise<readonly { readonly session: SessionId; readonly reasons: readonly string[] }[]>;

/** `hx share`: one approval for all that is given, and one push. */
export async function shareHere(
  settings: Settings,
  context: WorldContext,
  ports: () => Promise<IdentityPorts>,
  given: ShareOptions,
  decide: (plan: SharePlan) => Promise<ShareDecision>,
  finder: CandidateFinder,
): Promise<ShareReport> {
  const here = await openSharing(settings, context, ports, "must");
  const terms = effectiveTerms(here.state.chain.state, here.state.effective.connection, dayOf(here.now));
  const options = withBound(given, terms, here.now);
  const ledger = speakingLane(here);
  const wanted = await chosen(here, options, finder);
  context.progress.phase("looking at what would be shared");
  const scanner = await openScanner(settings, ledger.crypto.hashes);
  const examined = await examineAll(here, context, scanner, await knownSessions(ledger, here.acting.person, wanted.sessions));
  const { turns } = wanted;
  const isCut = options.redact || turns !== undefined;
  const decision = await decide({ ...planOf(here, options, wanted, examined, isCut), copiesOnly: terms.redaction });
  if (terms.redaction && decision === "as-is" && examined.some(({ findings }) => findings.length > 0)) {
    throw new HxError("refused", "what the secret scan found is not shared as it is: the policy asks for a redacted copy", { hints: [`hx share ${options.what.join(" ")} --redact`, "hx policy show"] });
  }
  const shared: { readonly author: PersonId; readonly what: SharedSession }[] = [];
  const copies: Copied[] = [];
  context.progress.phase("sealing");
  for (const one of examined) {
    if (!isCut && (one.findings.length === 0 || decision === "as-is")) {
      shared.push({ author: one.author.person, what: one.shared });
      continue;
    }
    const opened = await withContent(here, context, one);
    const copy = await copyOf(ledger, await agentFor(settings, one), scanner, opened, one.secrets, turns === undefined ? undefined : numbersOf(turns));
    copies.push(copy);
    // A copy lies in the lane of who makes it: of a session of somebody who departed it is the successor's own.
    shared.push({ author: here.acting.person, what: copy.shared });
  }
  const approved = approveAll(here, ledger, options, wanted, shared);
  const made: Additions = { items: [], wraps: new Map(copies.flatMap(({ wraps }) => [...wraps])), removed: [], sessions: new Map(copies.flatMap(({ sessions }) => [...sessions])) };
  const { spoken } = await sayWithDuties(here, [approved.additions, made], context.signal);
  if (spoken === null || (spoken.kind !== "acknowledged" && !spoken.published)) throw new HxError("remote-failed", `nothing was shared: ${spoken?.reason ?? "nothing was said"}`);
  const reason = spoken.kind === "acknowledged" ? {} : { reason: spoken.reason };
  const copyById = new Map(copies.map((copy) => [copy.source, copy]));
  return {
    team: called(here.acting.directory.team(wanted.team)),
    approvals: approved.approvals.map(shortApproval),
    sessions: examined.map(({ session }) => ({ id: session, ...copyFields(copyById.get(session)) })),
    pushed: spoken.kind === "acknowledged",
    ...reason,
  };
}

/** With the longest life that the policy and the repository let an approval have, where none is asked for. @throws HxError `refused` for a longer one */
function withBound(options: ShareOptions, { approval: days }: EnforcedTerms, now: number): ShareOptions {
  if (days === null) return options;
  const bound = now + dayMs(days);
  if (options.expires !== undefined && options.expires > bound) {
    throw new HxError("refused", `an approval lives ${days === 1 ? "a day" : `${days} days`} at most, by the policy`, { hints: [`hx share ${options.what.join(" ")} --expires ${days}d`, "hx policy show"] });
  }
  return { ...options, expires: options.expires ?? bound };
}

function copyFields(copy: Copied | undefined): { readonly copy?: string; readonly replaced?: number } {
  return copy === undefined ? {} : { copy: copy.shared.session, replaced: copy.replaced };
}

interface Chosen {
  readonly sessions: readonly OwnSession[];
  readonly team: TeamId;
  readonly audience: Audience;
  readonly request?: RequestRecord;
  readonly turns?: readonly TurnRange[];
}

async function chosen(here: SharingClone, options: ShareOptions, finder: CandidateFinder): Promise<Chosen> {
  const { acting, sharing } = here;
  const { state } = here.state.chain;
  const authors = authorsOf(here.ledger.crypto, state, acting);
  const lanes = lanesOf(state, authors, sharing);
  const sessions = await ownSessions(here.ledger, lanes);
  const [only = ""] = options.what;
  const request = options.what.length === 1 && !isWholeSession(sessions, only) ? requestNamed(sharing, authors, only) : null;
  if (request === null && options.team === undefined) throw new HxError("usage", "which team is it for", { hints: ["hx share <session> --team <team>", "hx team list"] });
  const asked = request?.request.said;
  const team = options.team === undefined ? asked?.team : acting.directory.findTeam(options.team).id;
  if (team === undefined) throw new HxError("internal", "a share for no team");
  if (asked !== undefined && team !== asked.team) throw new HxError("refused", `that request is for team '${called(acting.directory.team(asked.team))}'`, { hints: [`hx share ${only}`] });
  const audience: Audience = options.members === undefined ? "team" : [...new Set(options.members.map((name) => acting.directory.findPerson(name).id))].sort();
  audienceRecipients(state, team, audience);
  const turns = options.turns ?? asked?.turns;
  const found = request === null ? plainly(sessions, [...(await stagedSessions(here.ledger))], options) : [await answering(here, lanes, sessions, request, options, finder)];
  return { sessions: found, team, audience, ...(request === null ? {} : { request }), ...(turns === undefined ? {} : { turns }) };
}

function isWholeSession(sessions: ReadonlyMap<SessionId, OwnSession>, text: string): boolean {
  return [...sessions.keys()].some((session) => session === text.toLowerCase());
}

function plainly(sessions: ReadonlyMap<SessionId, OwnSession>, staged: readonly SessionId[], { all, what }: ShareOptions): readonly OwnSession[] {
  const found = all ? [...sessions.values()] : what.map((text) => sessionNamed(sessions, text, staged));
  if (found.length === 0) throw new HxError("not-found", "there is nothing to share", { hints: ["hx list"] });
  return [...new Map(found.map((own) => [own.session, own])).values()];
}

/** The session that a request asks for: the one it names, or the one that made the commit. */
async function answering(here: SharingClone, lanes: readonly AuthorLanes[], sessions: ReadonlyMap<SessionId, OwnSession>, { request }: RequestRecord, options: ShareOptions, finder: CandidateFinder): Promise<OwnSession> {
  const { about, to } = request.said;
  if (options.session !== undefined) return sessionNamed(sessions, options.session);
  if ("session" in about) return sessionNamed(sessions, about.session);
  const its = lanes.find(({ author }) => author.person === to);
  const candidates = its === undefined ? [] : await finder(here, its, about);
  const [first, second] = candidates;
  const flag = `hx share ${requestName(here.sharing.sharing, request.hash)} --session <id>`;
  if (first === undefined) throw new HxError("not-found", `no session here is known to have made commit '${about.commit.slice(0, 12)}'`, { hints: ["hx list", flag] });
  if (second !== undefined) {
    const lines = candidates.slice(0, 10).map(({ session, reasons }) => `${session} (${reasons[0] ?? ""})`);
    throw new HxError("ambiguous", `${candidates.length} sessions may have made commit '${about.commit.slice(0, 12)}': ${lines.join(", ")}`, { hints: [flag] });
  }
  return sessionNamed(sessions, first.session);
}

async function examineAll(here: SharingClone, context: WorldContext, scanner: Scanner, all: readonly OwnKnown[]): Promise<readonly Examined[]> {
  const { clone } = here;
  const ledger = speakingLane(here);
  const examined: Examined[] = [];
  for (const own of all) {
    if (isKnownClean(own, scanner)) {
      examined.push({ ...own, findings: [], secrets: [], scanned: "capture" });
      continue;
    }
    const opened = await withContent(here, context, own);
    examined.push(await examine(ledger, await agentFor(clone.settings, own), scanner, own, opened));
  }
  return examined;
}

/** Opens a session and has its segments here. */
async function withContent(here: SharingClone, context: WorldContext, { author, source, session }: OwnSession): Promise<OpenedSession> {
  const ledger = speakingLane(here);
  const opened = await openOwnSession(ledger, author, source, session);
  await fetchSegments(ledger, [opened], fetcherOf(here, context));
  return opened;
}

function fetcherOf({ clone, remote }: SharingClone, { signal }: WorldContext): Parameters<typeof fetchSegments>[2] {
  return { remote: clone.remote, url: remote, options: { signal } };
}

async function agentFor(settings: Settings, { session, facts }: OwnKnown): Promise<Agent> {
  const agent = await agentNamed(settings, facts.agent);
  if (agent === null) throw new HxError("too-new", `this hx does not know the agent '${facts.agent}' of session '${session}'`, { hints: ["hx list"] });
  return agent;
}

function numbersOf(turns: readonly TurnRange[]): ReadonlySet<number> {
  return new Set(turns.flatMap(([from, to]) => Array.from({ length: Math.min(to, from + 100_000) - from + 1 }, (_, i) => from + i)));
}

/** One approval for each author; nearly always one alone. */
function approveAll(here: SharingClone, ledger: WritableLedger, options: ShareOptions, { team, audience, request }: Chosen, shared: readonly { readonly author: PersonId; readonly what: SharedSession }[]): Approved {
  const { state } = here.state.chain;
  const people = [...new Set(shared.map(({ author }) => author))];
  const ties = shownTies(state, people, here.sharing);
  const { expires } = options;
  const each = people.map((author) => {
    const sessions = shared.filter((one) => one.author === author).map(({ what }) => what);
    const answers = request !== undefined && request.request.said.to === author ? { request: request.request.hash } : {};
    return approve(ledger, here.acting, state, ties, { author, team, audience, follow: options.follow, ...answers, ...(expires === undefined ? {} : { expires }), sessions });
  });
  return { approvals: each.flatMap(({ approvals }) => approvals), additions: joinAdditions(each.map(({ additions }) => additions)) };
}

function planOf({ acting, sharing, state }: SharingClone, options: ShareOptions, { team, audience, request, turns }: Chosen, examined: readonly Examined[], copy: boolean): Omit<SharePlan, "copiesOnly"> {
  const { directory } = acting;
  const person = (id: PersonId): string => called(directory.person(id));
  const members = [...(state.chain.state.teams.get(team)?.members ?? [])].map(([id, since]) => ({ name: person(id), since }));
  const asked = request?.request;
  return {
    ...(asked === undefined ? {} : { request: { id: requestName(sharing.sharing, asked.hash), by: person(asked.said.person), reason: asked.said.reason, about: subjectWords(asked.said.about) } }),
    team: { id: team, name: called(directory.team(team)) },
    members,
    audience: audience === "team" ? audience : audience.map(person),
    ...(options.expires === undefined ? {} : { expires: options.expires }),
    follow: options.follow,
    sessions: examined.map((one) => planSession(one, copy, turns, one.author.person === acting.person ? undefined : person(one.author.person))),
  };
}

function planSession({ session, facts, shared, findings, scanned }: Examined, copy: boolean, only: readonly TurnRange[] | undefined, author: string | undefined): SharePlanSession {
  const { agent, title, turns, files, bytes } = facts;
  const known = { title, turns, files, bytes, only, author };
  return {
    id: session,
    agent,
    parts: shared.keys.length,
    copy,
    scanned,
    findings: findings.map(({ turn, ...finding }) => ({ ...finding, ...(turn === undefined ? {} : { turn: turn + 1 }) })),
    ...(Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined)) as Partial<SharePlanSession>),
  };
}
