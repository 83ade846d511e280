import path from "node:path";

/** Where Codex' store is. All absolute. */
export interface CodexOptions {
  readonly home: string;
  /** `CODEX_HOME`; empty counts as unset. */
  readonly codexHome?: string;
}

/** Where the store may lie, absolute: one place. */
export function codexRoots({ home, codexHome }: CodexOptions): readonly [string] {
  return [codexHome !== undefined && codexHome !== "" ? path.resolve(codexHome) : path.join(home, ".codex")];
}
