import type { IdentityPorts } from "../app/identity/ports.ts";
import type { Status } from "../cli/world.ts";
import type { Settings } from "./settings.ts";

export async function status(_settings: Settings, directory: string, _ports: IdentityPorts): Promise<Status> {
  return { repository: directory, connected: false, hooks: [], agents: [], warnings: [] };
}
