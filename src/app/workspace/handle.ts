import { called, type Entry } from "./directory.ts";

/** What a shell takes as it stands, whoever chose it. */
const PLAIN = /^[\p{L}\p{N}_][\p{L}\p{N}._@+-]*$/u;
/** Long enough to be told from others, and short enough to be typed. */
const SHORT = 8;

/**
 * How a command that is to be pasted names an entry: by its name where that is one plain word that names nothing else, else by
 * its id. Others choose names: nothing of one is left to a shell.
 */
export function handle(entry: Entry<string>, all: readonly Entry<string>[]): string {
  const others = all.filter(({ id }) => id !== entry.id);
  const { name, id } = entry;
  if (name !== null && PLAIN.test(name) && !others.some((other) => means(other, name.toLowerCase()))) return name;
  const short = id.slice(0, SHORT);
  return others.some((other) => means(other, short)) ? id : short;
}

/** `Ada, Ben`. */
export function listed(entries: readonly Entry<string>[]): string {
  return entries.map(called).join(", ");
}

/** `Ada or Ben`. */
export function anyOf(entries: readonly Entry<string>[]): string {
  const names = entries.map(called);
  return names.length < 2 ? (names[0] ?? "nobody") : `${names.slice(0, -1).join(", ")} or ${names.at(-1) ?? ""}`;
}

function means(other: Entry<string>, text: string): boolean {
  return other.name?.toLowerCase() === text || other.email?.toLowerCase() === text || other.id.startsWith(text);
}
