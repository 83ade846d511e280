import path from "node:path";

/** Where Droid's store is. All absolute. */
export interface FactoryDroidOptions {
  readonly home: string;
  /** `FACTORY_HOME_OVERRIDE`: stands for the home in which `.factory` lies; empty counts as unset. */
  readonly homeOverride?: string;
}

/** The root of the store, by the path rules of a platform. */
export function factoryHome({ home, homeOverride }: FactoryDroidOptions, rules: path.PlatformPath = path): string {
  return rules.join(homeOverride !== undefined && homeOverride !== "" ? rules.resolve(homeOverride) : home, ".factory");
}
