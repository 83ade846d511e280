import { pauseOf } from "../app/capture/pause.ts";
import { canaryFinding } from "../app/doctor/canary.ts";
import { check, ok, warn, type Check, type Finding } from "../app/doctor/check.ts";
import { uncapturedFinding } from "../app/doctor/uncaptured.ts";
import type { Ledger, OwnLane } from "../app/ledger.ts";
import { unseenPolicy } from "../app/policy/seen.ts";
import { AGENTS, isSeenHere, wiredAgent } from "./agents.ts";
import { boundaryOf, systemClock, type Clone, type Connected } from "./clone.ts";
import type { Settings } from "./settings.ts";

/** For each agent that is here: whether its sessions of this repository are captured, and whether hx still understands what it writes. */
export async function* agentChecks(settings: Settings, clone: Clone, ledger: Ledger, state: Connected, lane: OwnLane | null): AsyncGenerator<Check> {
  const { boundary, directories } = await boundaryOf(clone, ledger, state);
  const seen = await Promise.all(AGENTS.map(async (wired) => ((await isSeenHere(settings, wired, directories)) ? [await wired.load(settings)] : [])));
  const agents = seen.flat();
  yield { name: "agents", ...presence(agents.map(({ title }) => title)) };
  for (const agent of agents) {
    yield check(`sessions of ${agent.name}`, async () => {
      if (lane === null) return warn("not looked at: this clone has no lane yet", "hx identity unlock && hx sync");
      const keepsDays = wiredAgent(agent.name)?.keepsDays;
      if ((await pauseOf(ledger)) !== null) return warn("capture is paused in this clone", "hx pause --end");
      const unseen = lane.carried === true ? null : await unseenPolicy(ledger, state.chain.state, lane.person, systemClock.now());
      const held = unseen === null ? {} : { held: { why: `version ${unseen.version} of the policy was not shown to you`, fix: "hx policy show && hx capture" } };
      return uncapturedFinding({ ledger: { ...ledger, lane }, boundary, directories, nowMs: systemClock.now(), ...held }, { agent, ...(keepsDays === undefined ? {} : { keepsDays }) });
    });
    yield check(`records of ${agent.name}`, () => canaryFinding({ boundary, directories }, agent));
  }
}

function presence(titles: readonly string[]): Finding {
  const others = AGENTS.length - titles.length;
  const known = others === 0 ? "" : `; ${others} more that hx knows ${others === 1 ? "is" : "are"} not`;
  return ok(titles.length === 0 ? `none of the ${AGENTS.length} that hx knows is on this machine` : `${titles.join(", ")} ${titles.length === 1 ? "is" : "are"} on this machine${known}`);
}
