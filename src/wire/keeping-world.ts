import { countExcluded } from "../app/capture/kept-out.ts";
import { excludeSession } from "../app/capture/exclude.ts";
import { agentSessionNamed, currentSession } from "../app/capture/find-source.ts";
import { endPause, pauseOf, startPause, type Looking } from "../app/capture/pause.ts";
import type { IdentityPorts } from "../app/identity/ports.ts";
import type { Ledger } from "../app/ledger.ts";
import type { KeepingWorld } from "../cli/world-keeping.ts";
import type { Status, WorldContext } from "../cli/world.ts";
import { HxError } from "../domain/errors.ts";
import { dayOf } from "../domain/policy/day.ts";
import { effectiveTerms, policyInForce } from "../domain/policy/in-force.ts";
import { presentAgents } from "./agents.ts";
import { boundaryOf, connected, openClone, openLedger, systemClock, tidyStores, writable, type Clone, type Connected } from "./clone.ts";
import { openHere } from "./here.ts";
import type { Settings } from "./settings.ts";

const WAIT_MS = 20_000;

interface Keeping {
  readonly clone: Clone;
  readonly ledger: Ledger;
  readonly state: Connected;
  readonly looking: Looking;
}

export function keepingWorld(settings: Settings, context: WorldContext, ports: () => Promise<IdentityPorts>): KeepingWorld {
  async function open(): Promise<Keeping> {
    const clone = await openClone(settings, context.directory);
    const ledger = await openLedger(clone);
    const state = await connected(clone, ledger);
    const { directories } = await boundaryOf(clone, ledger, state);
    return { clone, ledger, state, looking: { agents: await presentAgents(settings), directories } };
  }

  return {
    async pause(until) {
      const { ledger, state, looking } = await open();
      requirePermitted(state, "pause", "that anybody pauses what is recorded of them");
      // One whose time is over ends before the next begins.
      await settlePause(settings, ledger, state, looking.directories);
      const pause = await startPause(ledger, looking, until);
      return { paused: true, changed: true, since: pause.since, ...(until === null ? {} : { until }) };
    },
    async endPause() {
      const { ledger, looking } = await open();
      return { paused: false, changed: await endPause(ledger, looking) };
    },
    async toExclude(what) {
      const { ledger, state, looking } = await open();
      requirePermitted(state, "exclude", "that anybody keeps a session out of the record");
      return typeof what === "string" ? await agentSessionNamed(ledger, looking, what) : await currentSession(looking);
    },
    async exclude({ agent, id }) {
      const { clone, ledger, state } = await open();
      requirePermitted(state, "exclude", "that anybody keeps a session out of the record");
      let own = await writable(clone, ledger);
      if (own === null) {
        await openHere(settings, context.directory, ports, "must"); // opens a lane, which needs the identity
        own = await writable(clone, ledger);
      }
      if (own === null) throw new HxError("not-connected", "this identity is not a member of the workspace any more", { hints: ["hx member list"] });
      const done = await excludeSession(own, agent, id, WAIT_MS);
      await tidyStores(clone, ledger);
      return { agent, id, ...done };
    },
  };
}

function requirePermitted({ chain, effective }: Connected, term: "pause" | "exclude", what: string): void {
  const day = dayOf(systemClock.now());
  if (effectiveTerms(chain.state, effective.connection, day)[term]) return;
  throw new HxError("refused", `version ${policyInForce(chain.state, day)?.version ?? 0} of the policy does not permit ${what}`, { hints: ["hx policy show"] });
}

/**
 * Whether capture is paused here now. A pause whose time is over, or that a policy permits no more, ends with this look.
 * @throws HxError `io-failed`
 */
export async function settlePause(settings: Settings, ledger: Ledger, { chain, effective }: Connected, directories: readonly string[]): Promise<boolean> {
  const pause = await pauseOf(ledger);
  if (pause === null) return false;
  const now = systemClock.now();
  const runs = (pause.until === null || now < pause.until) && effectiveTerms(chain.state, effective.connection, dayOf(now)).pause;
  if (!runs) await endPause(ledger, { agents: await presentAgents(settings), directories });
  return runs;
}

/** For `status`: what a person keeps out of the record here. */
export async function keptOutHere(ledger: Ledger): Promise<Pick<Status, "paused" | "excluded">> {
  const [pause, excluded] = [await pauseOf(ledger), await countExcluded(ledger)];
  return { ...(pause === null ? {} : { paused: { since: pause.since, ...(pause.until === null ? {} : { until: pause.until }) } }), ...(excluded === 0 ? {} : { excluded }) };
}
