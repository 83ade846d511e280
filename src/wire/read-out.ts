import { fileTree } from "../adapters/file-tree/file-tree.ts";
import type { OpenedSession } from "../app/read/open-session.ts";
import { rawSession } from "../app/sessions/raw-session.ts";
import { viewSession } from "../app/sessions/view-session.ts";
import type { RawReport, ShownSession } from "../cli/world-reading.ts";
import { HxError } from "../domain/errors.ts";
import type { Agent } from "../ports/agent.ts";
import { agentNamed } from "./agents.ts";
import type { Reading } from "./open-for-reading.ts";
import type { Settings } from "./settings.ts";

/** The agent that wrote a session. @throws HxError `too-new` */
export async function agentFor(settings: Settings, { session, facts }: OpenedSession): Promise<Agent> {
  const agent = await agentNamed(settings, facts.agent);
  if (agent === null) throw new HxError("too-new", `this hx does not know the agent '${facts.agent}'`, { hints: [`hx show ${session} --raw <directory>`] });
  return agent;
}

export async function shownOf({ ledger, opened, access, unreadable }: Reading, agent: Agent): Promise<ShownSession> {
  const { view, omitted } = await viewSession(ledger, agent, opened);
  return { id: opened.session, access, view, unreadable, omittedBytes: omitted };
}

/** @param target an absolute directory. @throws HxError `exists` when it is not empty */
export async function rawOf({ ledger, opened, access, unreadable }: Reading, target: string): Promise<RawReport> {
  const files = await rawSession(ledger, fileTree(), opened, target);
  return { id: opened.session, access, files: files.map(({ path, bytes }) => ({ path, bytes })), unreadable };
}
