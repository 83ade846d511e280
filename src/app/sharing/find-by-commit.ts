import { adapterOf } from "../../domain/agent-name.ts";
import { fromUtf8 } from "../../domain/bytes.ts";
import { HxError, isHxError } from "../../domain/errors.ts";
import { oid, type SessionId } from "../../domain/ids.ts";
import { matchEdits, type Match, type Wanted } from "../../domain/sharing/commit-match.ts";
import type { Subject } from "../../domain/sharing/statement.ts";
import type { Agent } from "../../ports/agent.ts";
import type { Repository } from "../../ports/git.ts";
import type { CommitFacts, History } from "../../ports/history.ts";
import type { PrivateFacts } from "../../format/private-block.ts";
import type { Ledger } from "../ledger.ts";
import type { Author } from "../read/author-keys.ts";
import type { LaneSource } from "../read/lane-source.ts";
import { fetchSegments, openOwnSession, type OpenedSession, type SegmentFetcher } from "../read/open-session.ts";
import { Catalog } from "../sessions/catalog.ts";
import { listSessions } from "../sessions/list-sessions.ts";
import { viewSession } from "../sessions/view-session.ts";

/** How many sessions are opened, those nearest to the commit in time. */
const MOST = 25;
/** Clocks differ, and a commit's time is its maker's. ms */
const SLACK = 3_600_000;
const DAY = 86_400_000;

export interface CommitPorts {
  readonly ledger: Ledger;
  readonly history: History;
  readonly repository: Pick<Repository, "fileAt">;
  readonly agents: readonly Agent[];
  /** null: only what is here is looked at. */
  readonly fetcher: SegmentFetcher | null;
}

/** One of the author's sessions that may have made a commit. */
export interface CommitCandidate {
  readonly session: SessionId;
  readonly source: LaneSource;
  readonly facts: PrivateFacts;
  /** Above 100: its edits wrote what was asked for. Below: time and branch alone speak for it. */
  readonly score: number;
  /** A line each, the strongest first. */
  readonly reasons: readonly string[];
  /** Turns that wrote it, counted from 1, rising. Empty where none is known. */
  readonly turns: readonly number[];
}

export interface FoundByCommit {
  /** The best first. */
  readonly candidates: readonly CommitCandidate[];
  /** Sessions that were not opened, as others are nearer to the commit in time. */
  readonly left: number;
  /** Sessions near to it that could not be opened or read. */
  readonly unread: readonly SessionId[];
}

/**
 * Which of the author's sessions belong to a commit, or to a line of it: those that ran around it, whose edits wrote what it adds.
 * @param sources the author's lanes, or those of somebody whose keys are at hand
 * @throws HxError `not-found` for a commit that is not in this clone
 */
export async function findByCommit(ports: CommitPorts, author: Author, sources: readonly LaneSource[], about: Exclude<Subject, { readonly session: SessionId }>): Promise<FoundByCommit> {
  const { ledger, history } = ports;
  if ((await history.resolve(about.commit)) === null) throw new HxError("not-found", `commit '${about.commit}' is not in this clone`, { hints: ["git fetch --all"] });
  const commit = await history.commit(oid(about.commit));
  const wanted = await wantedLines(ports, commit, about);
  const branches = await history.branches(commit.oid);
  const near = await nearest(ledger, author, sources, commit);
  const candidates: CommitCandidate[] = [];
  const unread: SessionId[] = [];
  for (const { session, source, facts, distance } of near.slice(0, MOST)) {
    const matches = await matchesOf(ports, author, source, session, wanted);
    if (matches === null) unread.push(session);
    const found = judged({ matches: matches ?? [], distance, onBranch: facts.branch !== undefined && branches.has(facts.branch) }, about);
    if (found !== null) candidates.push({ session, source, facts, ...found });
  }
  candidates.sort((a, b) => b.score - a.score || (b.facts.last ?? 0) - (a.facts.last ?? 0) || (a.session < b.session ? -1 : 1));
  return { candidates, left: Math.max(0, near.length - MOST), unread };
}

interface Near {
  readonly session: SessionId;
  readonly source: LaneSource;
  readonly facts: PrivateFacts;
  /** ms between the session and the nearer of the commit's two times. */
  readonly distance: number;
}

/** Those that had begun when the commit was made, the nearest first. A redacted copy is never what was asked for. */
async function nearest(ledger: Ledger, author: Author, sources: readonly LaneSource[], { authored, committed }: CommitFacts): Promise<readonly Near[]> {
  const byLane = new Map<string, LaneSource>(sources.map((source) => [source.lane, source]));
  const near: Near[] = [];
  for (const row of await listSessions(ledger, author, sources, new Catalog(ledger, author))) {
    const source = row.state === "kept" && row.lane !== undefined ? byLane.get(row.lane) : undefined;
    if (source === undefined || !("facts" in row) || row.facts.source !== undefined) continue;
    const first = row.facts.first ?? row.facts.last ?? 0;
    const last = row.facts.last ?? first;
    if (first > Math.max(authored, committed) + SLACK) continue;
    const distance = Math.min(...[authored, committed].map((time) => Math.max(0, first - time, time - last)));
    near.push({ session: row.session, source, facts: row.facts, distance });
  }
  return near.sort((a, b) => a.distance - b.distance || (b.facts.last ?? 0) - (a.facts.last ?? 0));
}

async function wantedLines({ history, repository }: CommitPorts, commit: CommitFacts, { path, line }: { readonly path?: string; readonly line?: number }): Promise<readonly Wanted[]> {
  if (path !== undefined && line !== undefined) {
    const text = linesOf(await repository.fileAt(commit.oid, path))[line - 1];
    return text === undefined ? [] : [{ path, lines: [text] }];
  }
  const added = [...(await history.addedLines(commit.oid))].map(([name, lines]) => ({ path: name, lines }));
  return path === undefined ? added : added.filter((file) => file.path === path);
}

/** null: the session could not be read. */
async function matchesOf({ ledger, agents, fetcher }: CommitPorts, author: Author, source: LaneSource, session: SessionId, wanted: readonly Wanted[]): Promise<readonly Match[] | null> {
  if (wanted.length === 0) return [];
  try {
    const opened: OpenedSession = await openOwnSession(ledger, author, source, session);
    const agent = agents.find(({ name }) => name === adapterOf(opened.facts.agent));
    if (agent === undefined) return null;
    await fetchSegments(ledger, [opened], fetcher);
    const { view } = await viewSession(ledger, agent, opened);
    return matchEdits(view, opened.facts.cwd ?? ".", wanted);
  } catch (error) {
    if (!isHxError(error) || error.code === "interrupted") throw error;
    return null;
  }
}

interface Signs {
  readonly matches: readonly Match[];
  readonly distance: number;
  readonly onBranch: boolean;
}

function judged({ matches, distance, onBranch }: Signs, { line }: { readonly line?: number }): Pick<CommitCandidate, "score" | "reasons" | "turns"> | null {
  const wanted = matches.reduce((sum, match) => sum + match.wanted, 0);
  const written = matches.reduce((sum, match) => sum + match.written, 0);
  const turns = [...new Set(matches.flatMap((match) => match.turns))].sort((a, b) => a - b);
  const ran = distance === 0;
  if (written === 0 && !ran) return null;
  const edits = matches.map((match) => {
    const what = line === undefined ? `${match.written} of ${match.wanted} lines that the commit adds there` : "this line";
    return `edited ${match.path} in ${match.turns.length === 1 ? "turn" : "turns"} ${match.turns.join(", ")}, which wrote ${what}`;
  });
  const score = (written === 0 ? 0 : 100 + Math.round((100 * written) / wanted)) + (ran ? 20 : distance < DAY ? 10 : 0) + (onBranch ? 5 : 0);
  return { score, turns, reasons: [...edits, ...(ran ? ["ran when the commit was made"] : []), ...(onBranch ? ["ran on a branch that has the commit"] : [])] };
}

/** Of a file that is no UTF-8 no line is known. */
function linesOf(bytes: Uint8Array | null): readonly string[] {
  try {
    return bytes === null ? [] : fromUtf8(bytes).split("\n");
  } catch (error) {
    if (!isHxError(error)) throw error;
    return [];
  }
}
