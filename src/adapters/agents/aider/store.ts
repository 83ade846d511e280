import { readFile } from "node:fs/promises";
import path from "node:path";
import { entriesOf, isInside, realDirectory, realPathOf, statOf } from "../shared/store.ts";
import { DEFAULT_HISTORY, restoredId } from "./names.ts";

/** All absolute, but for `chatHistoryFile`. */
export interface AiderOptions {
  readonly home: string;
  /** `AIDER_CHAT_HISTORY_FILE`; empty counts as unset. */
  readonly chatHistoryFile?: string;
}

/** A history in a checkout. */
export interface History {
  /** The checkout, as it was asked for. */
  readonly directory: string;
  readonly absolute: string;
  /** In the checkout, with `/`. */
  readonly path: string;
}

/** The histories in the top folder of a checkout, and where the person's settings say; all inside of it. */
export async function historiesIn(directory: string, options: AiderOptions): Promise<readonly History[]> {
  const real = await realDirectory(directory);
  if (real === null) return [];
  const usual = (await entriesOf(real)).filter((entry) => entry.isFile() && (entry.name === DEFAULT_HISTORY || restoredId(entry.name) !== undefined)).map(({ name }) => path.join(real, name));
  const told = [options.chatHistoryFile, await configured(path.join(real, CONFIG)), await configured(path.join(options.home, CONFIG))];
  const places = new Set([...usual, ...told.flatMap((place) => (place === undefined || place === "" || place.includes("\0") ? [] : [path.resolve(real, place)]))]);
  const histories: History[] = [];
  for (const absolute of places) {
    if (!isInside(real, absolute) || (await realPathOf(absolute)) !== absolute || (await statOf(absolute))?.isFile() !== true) continue;
    histories.push({ directory, absolute, path: path.relative(real, absolute).split(path.sep).join("/") });
  }
  return histories.sort((a, b) => Number(restoredId(a.path) !== undefined) - Number(restoredId(b.path) !== undefined) || (a.path < b.path ? -1 : 1));
}

const CONFIG = ".aider.conf.yml";
const LARGEST_CONFIG = 1 << 20;

/** `chat-history-file` of a configuration file, where it is a plain value on a line of its own. */
async function configured(file: string): Promise<string | undefined> {
  const stats = await statOf(file);
  if (stats?.isFile() !== true || stats.size > LARGEST_CONFIG) return undefined;
  const text = await readFile(file, "utf8").catch(() => "");
  const value = /^chat-history-file:[ \t]*(?:"([^"\n]*)"|'([^'\n]*)'|([^\s#"'][^\n#]*))/m.exec(text);
  return (value?.[1] ?? value?.[2] ?? value?.[3])?.trim();
}
