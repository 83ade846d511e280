/**
 * A file that was not written to for so long has no writer in the middle of a line: its last line is taken even
 * without its line feed. ms.
 */
export const QUIET_MS = 2000;
