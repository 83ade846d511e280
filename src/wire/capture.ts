import { agentName, DOOR } from "../adapters/agents/door/names.ts";
import { doorFolder } from "../adapters/agents/door/folder.ts";
import { captureAll, type Captured } from "../app/sessions/capture-all.ts";
import { requireSeen } from "../app/policy/seen.ts";
import type { IdentityPorts } from "../app/identity/ports.ts";
import type { CaptureOptions, CaptureReport, CapturedSession, WorldContext } from "../cli/world.ts";
import { HxError, isHxError } from "../domain/errors.ts";
import type { Agent } from "../ports/agent.ts";
import { announcePolicy } from "./announce.ts";
import { AGENTS, agentNamed, doorOptions, presentAgents } from "./agents.ts";
import { boundaryOf, connected, openClone, openLedger, writable } from "./clone.ts";
import { openHere } from "./here.ts";
import { settlePause } from "./keeping-world.ts";
import type { Settings } from "./settings.ts";

const WAIT_MS = 10_000;
const OUTSIDE = "it ran outside this repository";

/** `hx capture`: works without a passphrase once this clone has a lane. */
export async function captureHere(settings: Settings, context: WorldContext, ports: () => Promise<IdentityPorts>, options: CaptureOptions): Promise<CaptureReport> {
  const clone = await openClone(settings, context.directory);
  const ledger = await openLedger(clone);
  const state = await connected(clone, ledger);
  let own = await writable(clone, ledger);
  if (own === null) {
    await openHere(settings, context.directory, ports, "must"); // opens a lane, which needs the identity
    own = await writable(clone, ledger);
  }
  if (own === null) throw new HxError("not-connected", "this identity is not a member of the workspace any more", { hints: ["hx member list"] });
  await announcePolicy(own, state.chain.state, (text) => context.progress.warn(text));
  await requireSeen(own, state.chain.state);
  const chosen = await chosenAgents(settings, options.from === undefined ? options.agents : [DOOR]);
  const { boundary, directories, keep } = await boundaryOf(clone, ledger, state);
  if (await settlePause(settings, ledger, state, directories)) throw new HxError("refused", "capture is paused in this clone", { hints: ["hx pause --end"] });
  const handed = options.from === undefined ? null : await takeOver(settings, options.from);
  const captured = await captureAll(own, chosen, boundary, {
    directories,
    waitMs: WAIT_MS,
    dryRun: options.dryRun,
    again: options.again === true,
    signal: context.signal,
    ...(handed === null ? {} : { session: handed.id }),
    ...(options.session === undefined ? {} : { session: options.session }),
    ...(options.since === undefined ? {} : { since: options.since }),
  });
  if (!options.dryRun) await keep();
  const elsewhere = handed === null || captured.some(({ id }) => id === handed.id) ? [] : [{ ...handed, reason: OUTSIDE }];
  return { sessions: captured.flatMap(sessionOf), skipped: [...captured.flatMap(skippedOf), ...elsewhere], failed: captured.filter(({ outcome }) => outcome.kind === "failed").length };
}

/** Writes a session that another tool hands over into the folder of the door, where the capture finds it. */
async function takeOver(settings: Settings, payload: string): Promise<{ readonly agent: string; readonly id: string; readonly session: string }> {
  const { handOver, readHandedOver } = await import("../adapters/agents/door/hand-over.ts");
  const handed = readHandedOver(payload);
  await handOver(doorFolder(doorOptions(settings)), handed);
  return { agent: agentName(handed.description.agent), id: handed.description.id, session: handed.description.id };
}

/** Those that are named, else those that are here. @throws HxError `usage` */
async function chosenAgents(settings: Settings, names: readonly string[]): Promise<readonly Agent[]> {
  if (names.length === 0) return presentAgents(settings);
  const known = new Set(AGENTS.map(({ name }) => name));
  const unknown = names.find((name) => !known.has(name));
  if (unknown !== undefined) throw new HxError("usage", `no agent is called '${unknown}'`, { hints: ["hx agents --all"] });
  const agents = await Promise.all([...new Set(names)].map((name) => agentNamed(settings, name)));
  return agents.filter((agent) => agent !== null);
}

function sessionOf({ agent, outcome }: Captured): CapturedSession[] {
  if (outcome.kind !== "captured") return [];
  const { session, bytes, omitted, isNew, title } = outcome;
  return [{ id: session, agent, newBytes: bytes, omittedBytes: omitted, isNew, ...(title === undefined ? {} : { title }) }];
}

function skippedOf({ agent, id, outcome }: Captured): CaptureReport["skipped"] {
  const reason = reasonOf(outcome);
  return reason === null ? [] : [{ agent, session: id, reason }];
}

function reasonOf(outcome: Captured["outcome"]): string | null {
  switch (outcome.kind) {
    case "captured":
    case "current":
      return null;
    case "outside":
      return OUTSIDE;
    case "unplaced":
      return "it does not say where it ran";
    case "erased":
      return "you erased it (hx capture --session <id> --again takes it up again)";
    case "excluded":
      return "you keep it out of the record";
    case "paused":
      return "capture is paused";
    case "busy":
      return "another process captures it now";
    case "failed":
      return isHxError(outcome.error) ? outcome.error.message : "it could not be read";
  }
}
