import path from "node:path";

/** Where Continue's store is. All absolute. */
export interface ContinueOptions {
  readonly home: string;
  /** `CONTINUE_GLOBAL_DIR`; the only store when it is set. */
  readonly globalDir?: string;
}

export function continueRoots({ home, globalDir }: ContinueOptions, { join, resolve }: Pick<path.PlatformPath, "join" | "resolve"> = path): readonly string[] {
  return [globalDir === undefined || globalDir === "" ? join(home, ".continue") : resolve(globalDir)];
}

const SESSION = /^([0-9A-Za-z][0-9A-Za-z-]{0,127})\.json$/;

/** `sessions.json` is the index of them all. */
export function sessionOf(name: string): string | undefined {
  return name === "sessions.json" ? undefined : SESSION.exec(name)?.[1];
}
