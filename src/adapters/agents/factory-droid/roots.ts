import path from "node:path";

/** Where Droid's store is. All absolute. */
export interface FactoryDroidOptions {
  readonly home: string;
  /** `FACTORY_HOME_OVERRIDE`: stands for the home in which `.factory` lies; empty counts as unset. */
  readonly homeOverride?: string;
}

/** Where the store may lie, absolute: one place, by the path rules of a platform. */
export function droidRoots({ home, homeOverride }: FactoryDroidOptions, rules: path.PlatformPath = path): readonly [string] {
  return [rules.join(homeOverride !== undefined && homeOverride !== "" ? rules.resolve(homeOverride) : home, ".factory")];
}
