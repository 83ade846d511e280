import { mkdtemp, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileTree } from "../../src/adapters/file-tree/file-tree.ts";
import type { Boundary } from "../../src/app/capture/boundary.ts";
import { captureSession, type CaptureOutcome } from "../../src/app/capture/capture-session.ts";
import type { WritableLedger } from "../../src/app/ledger.ts";
import { publish } from "../../src/app/publish/publish.ts";
import { sessionsOf } from "../../src/app/read/lane-source.ts";
import { openOwnSession, type OpenedSession } from "../../src/app/read/open-session.ts";
import { rawSession } from "../../src/app/sessions/raw-session.ts";
import { viewSession } from "../../src/app/sessions/view-session.ts";
import type { Agent, SessionSource } from "../../src/ports/agent.ts";
import { agentNamed } from "../../src/wire/agents.ts";
import { boundaryOf, connected, openClone, openLedger, writable } from "../../src/wire/clone.ts";
import { identityPorts } from "../../src/wire/identity-ports.ts";
import { openHere } from "../../src/wire/here.ts";
import { readSettings } from "../../src/wire/settings.ts";
import { filesBelow } from "../journey/samples.ts";
import { printed } from "../journey/in-process.ts";
import { connectedCheckout, makeWorld, newIdentity, type JourneyWorld, type Machine } from "../journey/world.ts";

/** A person with one connected checkout, whose captures are made in this process. */
export interface Desk {
  readonly world: JourneyWorld;
  readonly machine: Machine;
  readonly checkout: string;
  readonly remote: string;
  /** Captures one session of the agent, by its id. */
  capture(id: string, options?: CaptureOf): Promise<CaptureOutcome>;
  /** Publishes what is staged, and gives every copy of a session that the ledger holds, the fullest last. */
  kept(id: string): Promise<readonly Kept[]>;
}

export interface CaptureOf {
  /** ms; how long a file must be still before its torn last line is taken. */
  readonly quietMs?: number;
  readonly hint?: string;
  /** Stands between the agent's files and the reader. */
  readonly agent?: (agent: Agent) => Agent;
  /** Stands between the session that was found and the capture. */
  readonly source?: (source: SessionSource) => SessionSource;
}

/** A session as the ledger holds it. */
export interface Kept {
  readonly facts: OpenedSession["facts"];
  /** Content by recorded path. */
  readonly files: ReadonlyMap<string, Buffer>;
  readonly shown: string;
  readonly omitted: number;
}

/** @param name the agent whose sessions are captured @param how as `makeWorld` */
export async function makeDesk(name = "claude-code", how: Parameters<typeof makeWorld>[0] = "in-process"): Promise<Desk> {
  const world = await makeWorld(how);
  const machine = await world.machine("ada");
  const remote = await world.remote();
  await newIdentity(machine, world.path("phrase"));
  const checkout = await connectedCheckout(machine, remote, world.path("work"));
  const settings = readSettings(machine.env);
  const used = await agentNamed(settings, name);
  if (used === null) throw new Error("no adapter");
  return {
    world,
    machine,
    checkout,
    remote,
    async capture(id, { quietMs = 2000, hint, agent = (same: Agent): Agent => same, source: seen = (same: SessionSource): SessionSource => same }: CaptureOf = {}) {
      const { ledger, boundary, keep } = await opened(machine, checkout);
      const source = await used.find(id);
      if (source === null) throw new Error(`no session '${id}'`);
      const outcome = await captureSession(ledger, agent(used), seen(source), boundary, { waitMs: 1000, quietMs, ...(hint === undefined ? {} : { hint }) });
      await keep();
      return outcome;
    },
    async kept(id) {
      const { ledger } = await opened(machine, checkout);
      const here = await openHere(settings, checkout, () => identityPorts(settings, { ask: async () => null }), "must");
      await publish(ledger, { state: here.state.chain.state, waitMs: 1000 });
      const { author } = here;
      if (author === null) throw new Error("no identity");
      const found: Kept[] = [];
      for (const source of await here.mine()) {
        for (const session of await sessionsOf(source)) {
          const one = await openOwnSession(ledger, author, source, session);
          if (one.facts.id !== id) continue;
          const target = await mkdtemp(world.path("raw-"));
          await rawSession(ledger, fileTree(), one, target);
          const names = filesBelow(target);
          const { view, omitted } = await viewSession(ledger, used, one);
          const files = new Map(await Promise.all(names.map(async (name) => [name, await readFile(join(target, name))] as const)));
          found.push({ facts: one.facts, files, omitted, shown: printed({ id: session, access: { class: "own" }, view, unreadable: [], omittedBytes: omitted }) });
        }
      }
      return found.sort((a, b) => (a.facts.bytes ?? 0) - (b.facts.bytes ?? 0));
    },
  };
}

/** The ledger of a checkout, to capture in this process. */
export async function opened(machine: Machine, checkout: string): Promise<{ ledger: WritableLedger; boundary: Boundary; keep: () => Promise<void> }> {
  const clone = await openClone(readSettings(machine.env), checkout);
  const open = await openLedger(clone);
  const ledger = await writable(clone, open);
  if (ledger === null) throw new Error("no lane");
  const { boundary, keep } = await boundaryOf(clone, ledger, await connected(clone, ledger));
  return { ledger, boundary, keep };
}
