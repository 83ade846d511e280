import type { Progress } from "../../cli/world.ts";
import type { Stage } from "./stage.ts";

/** What the acts of the demo share. */
export interface Play {
  readonly stage: Stage;
  /** Directory of the recorded sessions. */
  readonly recordings: string;
  readonly progress: Progress;
  /** Address of the repository at the host. */
  readonly url: string;
  readonly passphraseFile: string;
  /** The sheet of paper in a drawer. */
  readonly phraseFile: string;
}

/** A word that is in the code of the repository, for anybody to read: the search must find it. */
export const PLANTED = "wintergreen";
