import path from "node:path";

/** Where the store of Copilot CLI is. All absolute. */
export interface CopilotCliOptions {
  readonly home: string;
  /** `COPILOT_HOME`; empty counts as unset. */
  readonly copilotHome?: string;
}

/** The root of the store, by the path rules of a platform. */
export function copilotHome({ home, copilotHome: set }: CopilotCliOptions, rules: path.PlatformPath = path): string {
  return set !== undefined && set !== "" ? rules.resolve(set) : rules.join(home, ".copilot");
}
