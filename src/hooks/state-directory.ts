import { join } from "node:path";

/** Where hooks note what failed: `HX_STATE_DIR`, else the XDG place, on every system. */
export function stateDirectory(env: Readonly<Record<string, string | undefined>>, home: string): string {
  if (env["HX_STATE_DIR"]) return env["HX_STATE_DIR"];
  return join(env["XDG_STATE_HOME"] || join(home, ".local", "state"), "hx");
}
