import { changeProtection } from "../app/identity/change-passphrase.ts";
import { createIdentity } from "../app/identity/create.ts";
import { showIdentity } from "../app/identity/show.ts";
import { lockIdentity, unlockIdentity } from "../app/identity/unlock.ts";
import type { IdentityPorts } from "../app/identity/ports.ts";
import type { IdentityWorld } from "../cli/world.ts";
import { summaryOf } from "./identity-summary.ts";
import { recoverHere } from "./recover.ts";
import type { Settings } from "./settings.ts";

export function identityWorld(settings: Settings, directory: string, ports: () => Promise<IdentityPorts>): IdentityWorld {
  return {
    async create(protection) {
      const created = await createIdentity(await ports(), protection);
      return { phrase: created.phrase, summary: await summaryOf(settings, await ports()) };
    },
    async show() {
      const shown = await showIdentity(await ports());
      return shown === null ? null : summaryOf(settings, await ports());
    },
    unlock: async (minutes) => unlockIdentity(await ports(), minutes),
    lock: async () => lockIdentity(await ports()),
    changePassphrase: async (next) => changeProtection(await ports(), next),
    recover: (phrase, protection, options) => recoverHere(settings, directory, ports, phrase, protection, options.remote),
  };
}
