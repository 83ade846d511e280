import path from "node:path";

/** Where the store of Copilot CLI is. All absolute. */
export interface CopilotCliOptions {
  readonly home: string;
  /** `COPILOT_HOME`; empty counts as unset. */
  readonly copilotHome?: string;
}

/** Where the store may lie, absolute: one place, by the path rules of a platform. */
export function copilotRoots({ home, copilotHome }: CopilotCliOptions, rules: path.PlatformPath = path): readonly [string] {
  return [copilotHome !== undefined && copilotHome !== "" ? rules.resolve(copilotHome) : rules.join(home, ".copilot")];
}
