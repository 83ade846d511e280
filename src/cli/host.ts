import type { Environment } from "./io/colour.ts";
import type { RawOutput } from "./io/output.ts";
import type { Terminal } from "./io/terminal.ts";
import type { World, WorldContext } from "./world.ts";

/** What surrounds the program. `src/wire` gives the real one, tests give their own. */
export interface Host {
  readonly version: string;
  readonly environment: Environment;
  /** Absolute. */
  readonly directory: string;
  readonly stdout: RawOutput;
  readonly stderr: RawOutput;
  /** All of stdin, for `-` as a file name. @param most bytes, 1 MiB when absent. @throws HxError `usage` for more */
  readStdin(most?: number): Promise<string>;
  /** The controlling terminal; null where there is none. `plain`: without animation (ACCESSIBLE=1). */
  openTerminal(plain: boolean): Terminal | null;
  /** Calls back at SIGINT, once; the next one has the default effect. Returns how to stop listening. */
  onInterrupt(callback: () => void): () => void;
  /** Ends the process as SIGINT would: work that was told to stop goes on all the same. */
  abandon(): void;
  now(): number;
  openWorld(context: WorldContext): Promise<World>;
}
