import type { WorkFiles } from "../../ports/work-files.ts";

/** Work files that keep nothing: for who may not trust notes of earlier runs, or has no place for any. */
export const noWorkFiles: WorkFiles = {
  read: async () => null,
  write: async () => undefined,
  remove: async () => undefined,
  list: async () => [],
  lock: async () => null,
};
