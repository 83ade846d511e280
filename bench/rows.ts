import type { Figure } from "./figure.ts";
import type { Bench } from "./main.ts";
import { bulk, gigabytes, turnRow } from "./rows/capture.ts";
import { guard } from "./rows/guard.ts";
import { hooks } from "./rows/hooks.ts";
import { log } from "./rows/log.ts";
import { manySessions } from "./rows/many.ts";
import { ordinary, teammate } from "./rows/network.ts";
import { read } from "./rows/read.ts";
import { share } from "./rows/share.ts";
import { start } from "./rows/start.ts";
import { growth, growthIn } from "./rows/growth.ts";

/** Every row measures in worlds of its own, and leaves nothing behind. */
export const ROWS: Readonly<Record<string, (bench: Bench) => Promise<readonly Figure[]>>> = {
  start,
  hooks,
  guard,
  turn: turnRow,
  read,
  bulk,
  gigabytes,
  growth,
  growth20: growthIn(20),
  growth100: growthIn(100),
  teammate,
  ordinary,
  many: manySessions,
  share,
  log,
};

/** Rows that run only when they are named: they take minutes and gigabytes. */
export const ON_REQUEST: ReadonlySet<string> = new Set(["gigabytes"]);
