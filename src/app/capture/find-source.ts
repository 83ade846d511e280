import { HxError } from "../../domain/errors.ts";
import type { Agent, SessionSource } from "../../ports/agent.ts";
import type { Ledger } from "../ledger.ts";
import type { Looking } from "./pause.ts";
import { SessionIndexes } from "./session-index.ts";

/** A session as its agent knows it. */
export interface AgentSession {
  readonly agent: string;
  /** The agent's own id. */
  readonly id: string;
}

const SHORTEST = 4;

/**
 * The session whose id, at its agent or here, begins with `text`.
 * @throws HxError `not-found`, `ambiguous`; `usage` for fewer than 4 characters
 */
export async function agentSessionNamed(ledger: Ledger, { agents, directories }: Looking, text: string): Promise<AgentSession> {
  if (text.length < SHORTEST) throw new HxError("usage", `'${text}' is too short for a beginning of an id`, { hints: ["hx list"] });
  const found = new Map<string, AgentSession>();
  const add = ({ agent, id }: AgentSession): unknown => found.set(`${agent}\0${id}`, { agent, id });
  for (const index of await new SessionIndexes(ledger.work, ledger.crypto.hashes).all()) if (index.session.startsWith(text.toLowerCase()) || index.id.startsWith(text)) add(index);
  for (const agent of agents) for await (const source of agent.discover(directories)) if (source.id.startsWith(text)) add(source);
  const [first, second] = found.values();
  if (first === undefined) throw new HxError("not-found", `no session '${text}' of an agent in this repository`, { hints: ["hx list", "hx capture --dry-run"] });
  if (second !== undefined) throw new HxError("ambiguous", `${found.size} sessions begin with '${text}': ${[...found.values()].slice(0, 10).map(({ agent, id }) => `${id} (${agent})`).join(", ")}`, { hints: ["hx list"] });
  return first;
}

/** The session that was written to last. @throws HxError `not-found` */
export async function currentSession({ agents, directories }: Looking): Promise<AgentSession> {
  let newest: (AgentSession & { readonly at: number }) | null = null;
  for (const agent of agents) {
    for await (const source of agent.discover(directories)) {
      const at = await lastWritten(agent, source);
      if (newest === null || at > newest.at) newest = { agent: source.agent, id: source.id, at };
    }
  }
  if (newest === null) throw new HxError("not-found", "no session of an agent in this repository", { hints: ["hx status"] });
  return newest;
}

/** When the newest file of a session was written, ms since 1970; 0 where none can be opened. */
export async function lastWritten(agent: Agent, { files }: SessionSource): Promise<number> {
  let newest = 0;
  for (const file of files) {
    const open = await agent.open(file).catch(() => null);
    newest = Math.max(newest, open?.modifiedMs ?? 0);
    await open?.close();
  }
  return newest;
}
