import type { IdentityPorts } from "../app/identity/ports.ts";
import type { ShareWorld } from "../cli/world-share.ts";
import type { WorldContext } from "../cli/world.ts";
import { revokeHere } from "./revoke.ts";
import type { Settings } from "./settings.ts";
import { candidateFinder } from "./share-candidates.ts";
import { shareHere } from "./share.ts";
import { sharesHere } from "./shares.ts";

export function shareWorld(settings: Settings, context: WorldContext, ports: () => Promise<IdentityPorts>): ShareWorld {
  return {
    share: (options, decide) => shareHere(settings, context, ports, options, decide, candidateFinder(settings, context)),
    revoke: (what, confirm) => revokeHere(settings, context, ports, what, confirm),
    shares: () => sharesHere(settings, context, ports),
  };
}
