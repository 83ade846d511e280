import type { LaneId } from "../../domain/ids.ts";
import type { Agent, SessionSource } from "../../ports/agent.ts";
import type { Boundary } from "../capture/boundary.ts";
import { isErasedName } from "../capture/erased-names.ts";
import { lastWritten } from "../capture/find-source.ts";
import { keptOutOf } from "../capture/kept-out.ts";
import { indexName, SessionIndexes, type SessionIndex } from "../capture/session-index.ts";
import { hasNothingNew } from "../capture/unchanged.ts";
import type { Ledger } from "../ledger.ts";
import { beginningOf } from "./beginning.ts";

/** An agent's sessions of this repository. */
export interface SessionsHere {
  readonly all: number;
  /** Up to the end of each of their files, as their times and sizes tell. */
  readonly captured: number;
  /** Not captured, or not up to the end. */
  readonly behind: number;
  /** Their author excluded or erased them. */
  readonly keptOut: number;
  /** Version of the agent that wrote the newest of them. */
  readonly version?: string;
}

export interface Here {
  readonly ledger: Ledger;
  /** That of this clone; null: it has none yet. */
  readonly lane: LaneId | null;
  readonly boundary: Boundary;
  readonly directories: readonly string[];
}

/** So many sessions are looked at at once. */
const AT_ONCE = 16;

type Standing = "captured" | "behind" | "keptOut" | "elsewhere";

interface Looked {
  readonly standing: Standing;
  /** When it was written last, ms since 1970. */
  readonly at: number;
  readonly version?: string;
}

/**
 * Counts an agent's sessions of this repository by what is known of earlier captures and by times and sizes: of none that was
 * captured is a byte read. One that was not is placed by its first records. Writes nothing.
 */
export async function sessionsHere(here: Here, agent: Agent): Promise<SessionsHere> {
  const counts = { captured: 0, behind: 0, keptOut: 0, elsewhere: 0 };
  let newest: Looked | undefined;
  const take = async (sources: readonly SessionSource[]): Promise<void> => {
    for (const looked of await Promise.all(sources.map((source) => look(here, agent, source)))) {
      counts[looked.standing] += 1;
      if (looked.version !== undefined && looked.standing !== "elsewhere" && (newest === undefined || looked.at > newest.at)) newest = looked;
    }
  };
  let some: SessionSource[] = [];
  for await (const source of agent.discover(here.directories)) {
    if (some.push(source) < AT_ONCE) continue;
    await take(some);
    some = [];
  }
  await take(some);
  const { captured, behind, keptOut } = counts;
  return { all: captured + behind + keptOut, captured, behind, keptOut, ...(newest?.version === undefined ? {} : { version: newest.version }) };
}

async function look({ ledger, lane, boundary }: Here, agent: Agent, source: SessionSource): Promise<Looked> {
  const index = await new SessionIndexes(ledger.work, ledger.crypto.hashes).read(source.agent, source.id);
  if (index !== null && index.bytes > 0) return known(lane, agent, source, index);
  const { directory, version } = await beginningOf(agent, source);
  if (directory === undefined || (await boundary.side(directory)) === "outside") return { standing: "elsewhere", at: 0 };
  const standing = (await isKeptOut(ledger, source)) ? "keptOut" : "behind";
  return { standing, at: await lastWritten(agent, source), ...(version === undefined ? {} : { version }) };
}

async function known(lane: LaneId | null, agent: Agent, source: SessionSource, index: SessionIndex): Promise<Looked> {
  const { version } = index.facts;
  const isCaptured = (lane === null || index.lane === lane) && (await hasNothingNew(agent, source, index));
  return { standing: isCaptured ? "captured" : "behind", at: isCaptured ? index.seen : await lastWritten(agent, source), ...(version === undefined ? {} : { version }) };
}

async function isKeptOut(ledger: Ledger, { agent, id }: SessionSource): Promise<boolean> {
  return (await keptOutOf(ledger, agent, id))?.excluded === true || (await isErasedName(ledger.trust, indexName(ledger.crypto.hashes, agent, id)));
}
