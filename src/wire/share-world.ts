import type { IdentityPorts } from "../app/identity/ports.ts";
import type { ShareWorld } from "../cli/world-share.ts";
import type { WorldContext } from "../cli/world.ts";
import { revokeHere } from "./revoke.ts";
import type { Settings } from "./settings.ts";
import { shareHere, type CandidateFinder } from "./share.ts";
import { sharesHere } from "./shares.ts";

/** @param finder null: a request for a commit is answered with the session that the author names */
export function shareWorld(settings: Settings, context: WorldContext, ports: () => Promise<IdentityPorts>, finder: CandidateFinder | null = null): ShareWorld {
  return {
    share: (options, decide) => shareHere(settings, context, ports, options, decide, finder),
    revoke: (what, confirm) => revokeHere(settings, context, ports, what, confirm),
    shares: () => sharesHere(settings, context, ports),
  };
}
