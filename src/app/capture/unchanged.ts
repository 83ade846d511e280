import type { Agent, SessionSource } from "../../ports/agent.ts";
import { hasStamp, isUnchanged } from "./read-file.ts";
import type { SessionIndex } from "./session-index.ts";

/**
 * Whether every file of a session is as its last capture left it: then neither a lock nor the stage need be looked at,
 * which is what a hook finds of almost all sessions. Whatever cannot be said for sure is not unchanged.
 */
export async function hasNothingNew(agent: Agent, source: SessionSource, index: SessionIndex | null): Promise<boolean> {
  if (index === null || index.bytes === 0) return false;
  const present = new Set(source.files.map(({ path }) => path));
  for (const [path, progress] of Object.entries(index.files)) {
    if (progress.gone !== true && progress.size > 0 && !present.has(path)) return false;
  }
  for (const file of source.files) {
    const progress = index.files[file.path];
    if (progress === undefined) return false;
    if (hasStamp(progress, file)) continue;
    const opened = await agent.open(file).catch(() => null);
    if (opened === null) return false;
    const unchanged = isUnchanged(progress, opened);
    await opened.close();
    if (!unchanged) return false;
  }
  return true;
}
