const ID = /^\d{8}-\d{6}-[0-9a-f]{8}$/;
const HISTORY = ".aider.chat.history";
const RESTORED = /^\.aider\.chat\.history\.(\d{8}-\d{6}-[0-9a-f]{8})\.md$/;

/** What Aider calls its history unless it is told otherwise. */
export const DEFAULT_HISTORY = `${HISTORY}.md`;

export function isAiderId(text: string): boolean {
  return ID.test(text);
}

/** The history into which `restore` puts a run: one of its own, since the other runs in the usual one are not to be touched. */
export function restoredName(id: string): string {
  return `${HISTORY}.${id}.md`;
}

/** The run for which a history was restored; undefined for any other history. */
export function restoredId(path: string): string | undefined {
  return RESTORED.exec(path.slice(path.lastIndexOf("/") + 1))?.[1];
}
