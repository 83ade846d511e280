import path from "node:path";

/** Where Kiro's store is. All absolute. */
export interface KiroOptions {
  readonly home: string;
  /** `KIRO_HOME`; empty counts as unset. */
  readonly kiroHome?: string;
}

export function kiroRoots(options: KiroOptions): readonly string[] {
  return [options.kiroHome ? path.resolve(options.kiroHome) : path.join(options.home, ".kiro")];
}
