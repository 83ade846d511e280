import type { ExcludeReport, PauseReport } from "../world-keeping.ts";
import { SCHEMAS } from "./schemas.ts";
import { timeOf } from "./time.ts";

export function pauseJson({ paused, changed, since, until }: PauseReport) {
  return { schema: SCHEMAS.pause, paused, changed, since: timeOf(since), until: timeOf(until) };
}

export function excludeJson({ agent, id, already, dropped }: ExcludeReport) {
  return { schema: SCHEMAS.exclude, agent, id, already, dropped };
}
