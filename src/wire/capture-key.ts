import type { IdentityPorts } from "../app/identity/ports.ts";
import { DAY_MS, makeLane } from "../app/lane/own-lane-key.ts";
import { laneWait } from "../domain/workspace/standing.ts";
import type { IssuedKey } from "../cli/world-people.ts";
import type { WorldContext } from "../cli/world.ts";
import { HxError } from "../domain/errors.ts";
import { encodeCaptureKey } from "../format/capture-key.ts";
import { lanePorts, systemClock } from "./clone.ts";
import type { Settings } from "./settings.ts";
import { openSpeaking } from "./workspace-change.ts";

/** Longer than that, a machine is no throwaway. */
export const MOST_DAYS = 366;

/**
 * One secret for one throwaway machine: a fresh lane, certified, that is the author's. Nothing of it is kept here.
 * @param days how long it may be used, today included
 */
export async function issueCaptureKey(settings: Settings, context: WorldContext, ports: () => Promise<IdentityPorts>, days: number): Promise<IssuedKey> {
  const here = await openSpeaking(settings, context, ports);
  const { clone, ledger, identity } = here;
  const { state } = here.state.chain;
  const { key, tie, id } = makeLane(lanePorts(clone, ledger), { workspace: ledger.workspace, repo: ledger.repo }, identity, state);
  const why = laneWait(state, { person: key.person, ...(key.certificate === undefined ? {} : { certificate: key.certificate }) });
  if (why !== null || state.devices.get(identity.device)?.state !== "live") throw new HxError("refused", "only a member issues such a key, on a device of theirs", { hints: ["hx status"] });
  const until = Math.floor(systemClock.now() / DAY_MS) + days - 1;
  return { secret: encodeCaptureKey((bytes) => ledger.crypto.hashes.h(bytes), { key, tie, until }), lane: id, repo: ledger.repo, until: (until + 1) * DAY_MS };
}
