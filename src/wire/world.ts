import type { World, WorldContext } from "../cli/world.ts";
import type { IdentityPorts } from "../app/identity/ports.ts";
import { agentsWorld } from "./agents-world.ts";
import { findClone } from "./clone.ts";
import { guardWorld } from "./guard-world.ts";
import { hooksWorld } from "./hooks-world.ts";
import { identityPorts } from "./identity-ports.ts";
import { identityWorld } from "./identity-world.ts";
import { readingWorld } from "./reading-world.ts";
import { requestsWorld } from "./requests-world.ts";
import { sessionsWorld } from "./sessions-world.ts";
import { peopleWorld } from "./people-world.ts";
import { logWorld } from "./log-world.ts";
import { keepingWorld } from "./keeping-world.ts";
import { policyWorld } from "./policy-world.ts";
import { rightsWorld } from "./rights-world.ts";
import { readSettings, type Settings } from "./settings.ts";
import { setupWorld } from "./setup-world.ts";
import { projectsWorld, teamsWorld } from "./teams-world.ts";
import { shareWorld } from "./share-world.ts";
import { tellFailedHook } from "./told.ts";

/** The world of the commands: every adapter, made when it is first needed. */
export async function openWorld(context: WorldContext, settings: Settings = readSettings()): Promise<World> {
  await tellFailedHook(settings, (text) => context.progress.warn(text));
  let opened: Promise<IdentityPorts> | undefined;
  const ports = (): Promise<IdentityPorts> => (opened ??= identityPorts(settings, context.passphrase));
  const { directory } = context;
  return {
    identity: identityWorld(settings, directory, ports),
    setup: setupWorld(settings, context, ports),
    people: peopleWorld(settings, context, ports),
    sessions: sessionsWorld(settings, context, ports),
    reading: readingWorld(settings, context, ports),
    hooks: hooksWorld(settings, directory),
    agents: agentsWorld(settings, directory),
    teams: teamsWorld(settings, context, ports),
    projects: projectsWorld(settings, context, ports),
    requests: requestsWorld(settings, context, ports),
    log: logWorld(settings, context, ports),
    share: shareWorld(settings, context, ports),
    policy: policyWorld(settings, context, ports),
    guard: guardWorld(settings, context, ports),
    rights: rightsWorld(settings, context, ports),
    keeping: keepingWorld(settings, context, ports),
    async *demo() {
      yield* (await import("./demo.ts")).demo(context);
    },
    async gitConfig(key) {
      return (await findClone(settings, directory))?.repository.config(key) ?? null;
    },
    close: async () => undefined,
  };
}
