import type { IdentityPorts } from "../app/identity/ports.ts";
import type { Check } from "../cli/world.ts";
import type { Settings } from "./settings.ts";

export async function* doctor(_settings: Settings, _directory: string, _ports: () => Promise<IdentityPorts>, _options: { readonly offline: boolean }): AsyncGenerator<Check> {}
