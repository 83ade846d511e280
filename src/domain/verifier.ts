import type { PersonId, ProjectId, TeamId } from "./ids.ts";
import type { Believed } from "./sharing/statement.ts";
import { tryApprovals } from "./sharing/trial.ts";
import type { Fault, Trial } from "./sharing/trial.ts";
import type { Condition, Evidence, LaneStanding, Names, Verdict } from "./verdict.ts";
import { isTeamMember } from "./workspace/state.ts";

const NO_NAMES: Names = { person: () => null, team: () => null, project: () => null };

/**
 * Whether a member of a team may read a session: docs/spec/sharing.md, "The verifier". Every approval of the session for
 * the team is tried. What is reported is one under which all holds, else the one that comes closest.
 */
export function judge(evidence: Evidence, names: Names = NO_NAMES): Verdict {
  const words = wordsFor(evidence, names);
  const trials = tryApprovals(evidence);
  const best = trials[0];
  const conditions = { C1: lane(evidence, best, words), C2: connection(evidence), C3: grant(evidence, words), C4: approval(evidence, best, words) };
  const holds = Object.values(conditions).every((condition) => condition.holds);
  return {
    holds,
    conditions,
    openings: holds ? trials.filter(({ author, fault }) => author !== null && fault === null).map(({ given, parts }) => ({ approval: given.first.hash, author: given.first.said.author, parts })) : [],
    age: { statement: evidence.state.head.n, ...(evidence.remoteSeen === undefined ? {} : { remoteSeen: evidence.remoteSeen }) },
  };
}

interface Words {
  /** For sentences. */
  readonly person: (id: PersonId) => string;
  readonly team: string;
  readonly project: (id: ProjectId) => string;
  /** Commands. */
  readonly request: string;
  readonly admit: string;
  readonly nominate: string;
  readonly grant: string;
}

function wordsFor({ session, team, reader }: Evidence, names: Names): Words {
  const toTeam = pasted(names.team(team), team);
  const toReader = pasted(names.person(reader), reader);
  return {
    person: (id) => `'${names.person(id) ?? id}'`,
    team: `'${names.team(team) ?? team}'`,
    project: (id) => `'${names.project(id) ?? id}'`,
    request: `hx request ${session} --team ${toTeam} --reason "…"`,
    admit: `hx team admit ${toTeam} ${toReader}`,
    nominate: `hx team nominate ${toTeam} ${toReader}`,
    grant: `hx project grant ${toTeam}`,
  };
}

/** Others choose names: in a command that somebody pastes into a shell stand only those that are one plain word. */
function pasted(name: string | null, id: PersonId | TeamId): string {
  return name !== null && /^[A-Za-z0-9][A-Za-z0-9._@-]*$/.test(name) ? name : id;
}

const held = (...says: readonly string[]): Condition => ({ holds: true, says });

function lacking(missing: string, fix: string, says: readonly string[] = []): Condition {
  return { holds: false, says, missing, fix };
}

function lane({ lane: found, chain, author }: Evidence, best: Trial | undefined, words: Words): Condition {
  const verified = laneCondition(found, chain.length);
  if (!verified.holds) return verified;
  if (best?.author != null) return held(...verified.says, `the approval ties its lane to ${words.person(best.author)}`);
  const known = author === undefined ? [] : [`it is known to be of ${words.person(author)}`];
  return lacking(best?.untied ?? "no approval shows whose it is", words.request, [...verified.says, ...known]);
}

function laneCondition(found: LaneStanding, parts: number): Condition {
  if (found.kind === "problem") return lacking(`its lane does not verify: ${found.message} (${found.code})`, "hx verify");
  if (found.kind === "rewound") return lacking("the remote has an older head of its lane than was verified before", "hx verify");
  if (found.kind === "absent" || parts === 0) return lacking("no lane of this repository that is known here has it", "hx sync");
  const says = `it lies in a lane that verifies, with ${parts} ${parts === 1 ? "part" : "parts"}`;
  if (found.kind === "withheld") return held(says, "somebody names a newer head of this lane, which the remote does not have");
  if (found.kind === "frozen") return held(says, "the lane went on beyond a removal: what came then does not count");
  return held(says);
}

function connection({ state, repo, file }: Evidence): Condition {
  const byFile = file.connected ? ["the connection file connects this repository"] : [];
  if (!state.connections.has(repo)) return lacking("the workspace chain does not connect this repository", "hx init", byFile);
  const byChain = "the workspace chain connects this repository";
  return file.connected ? held(byChain, ...byFile) : lacking(`not connected: ${file.why}`, "hx doctor", [byChain]);
}

function grant({ state, repo, file, team, reader }: Evidence, words: Words): Condition {
  const found = state.teams.get(team);
  if (found === undefined) return lacking(`there is no team ${words.team}`, "hx team list");
  if (found.dead) return lacking(`team ${words.team} has no member any more`, "hx team list");
  const projects = state.connections.get(repo)?.projects.filter((project) => !file.connected || file.projects.includes(project)) ?? [];
  const granted = projects.filter((project) => found.grants.has(project));
  const says = granted.map((project) => `team ${words.team} is granted project ${words.project(project)}`);
  if (granted.length === 0) return lacking(`team ${words.team} is granted no project of this repository`, words.grant);
  const member = `a member of team ${words.team}`;
  if (state.persons.get(reader)?.state === "living" && isTeamMember(state, team, reader)) return held(...says, `${words.person(reader)} is ${member}`);
  if (found.nominated.has(reader)) return lacking(`${words.person(reader)} is nominated, and not admitted`, words.admit, says);
  return lacking(`${words.person(reader)} is not ${member}`, words.nominate, says);
}

function approval(evidence: Evidence, best: Trial | undefined, words: Words): Condition {
  if (best === undefined) return noApproval(evidence, words);
  const { first } = best.given;
  const says = [`${words.person(first.said.person)} approved it for ${first.said.audience === "team" ? `team ${words.team}` : "members of it that they list"} (${first.hash.slice(0, 8)})`];
  if (best.fault !== null) return lacking(faultWords(best.fault, evidence, words), best.fault.kind === "parts-missing" ? "hx sync" : words.request, says);
  const { ends } = best.given;
  return held(...says, `it covers ${best.count} of ${evidence.chain.length} parts`, ends === undefined ? "it does not expire, and is not revoked" : `it expires ${time(ends)}, and is not revoked`);
}

function noApproval({ sharing, session, team }: Evidence, words: Words): Condition {
  const approves = ({ said }: Believed): boolean => said.kind === "approval" && said.team === team && said.sessions.some((covered) => covered.session === session);
  if (sharing.waiting.some(approves)) return lacking("an approval of it extends one that is not known here", "hx sync");
  const contradicting = sharing.voids.find(({ statement }) => approves(statement));
  return lacking(contradicting === undefined ? `nobody approved it for team ${words.team}` : `an approval of it means nothing: ${contradicting.why}`, words.request);
}

function faultWords(fault: Fault, { reader, chain }: Evidence, words: Words): string {
  switch (fault.kind) {
    case "not-the-author":
      return `the approval is by ${words.person(fault.claims)}, and the session is of ${words.person(fault.author)}`;
    case "not-heard":
      return `${words.person(reader)} is not among those for whom it was approved`;
    case "revoked":
      return "the approval is revoked";
    case "expired":
      return `the approval expired ${time(fault.at)}`;
    case "other-parts":
      return "the approval is of another manifest: its parts are not those of the session";
    case "parts-missing":
      return `the approval covers ${fault.count} parts, and ${chain.length} are known here`;
  }
}

function time(ms: number): string {
  return new Date(ms).toISOString();
}
