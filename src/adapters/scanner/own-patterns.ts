import vm from "node:vm";
import { HxError } from "../../domain/errors.ts";
import type { Match } from "./match.ts";

/** How long one pattern may take on one chunk, ms. */
const TIME = 1000;
const MOST_MATCHES = 10_000;

/** A line of the file `secrets` in the configuration directory. */
export interface OwnPattern {
  readonly line: number;
  readonly source: string;
}

/**
 * Reads the person's own patterns: a regular expression of JavaScript a line, with the flag `u`; empty lines and lines that begin with `#` say nothing.
 * @throws HxError `usage` naming the line that is none, or that finds nothing but the empty text
 */
export function parseOwnPatterns(text: string, file: string): readonly OwnPattern[] {
  return text.split(/\r?\n/).flatMap((line, index) => {
    const source = line.trim();
    if (source === "" || source.startsWith("#")) return [];
    try {
      if (new RegExp(source, "u").exec("")?.[0] !== undefined) throw new Error("it finds the empty text");
    } catch (cause) {
      const why = cause instanceof Error ? cause.message.replace(/^.*?: (?=\S+$|[A-Z])/, "") : "";
      throw new HxError("usage", `line ${index + 1} of '${file}' is no pattern: ${lowered(why)}`, { data: { line: index + 1 }, cause });
    }
    return [{ line: index + 1, source }];
  });
}

function lowered(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

/**
 * Runs the patterns. JavaScript has no bound for a pattern that tries exponentially many ways, so each runs with a limit of
 * time: it is stopped, and named.
 * @throws HxError `usage`
 */
export function ownRules(patterns: readonly OwnPattern[], file: string): (text: string) => readonly Match[] {
  if (patterns.length === 0) return () => [];
  const compiled = patterns.map(({ line, source }) => ({ line, pattern: new RegExp(source, "gu") }));
  const box: { run: () => void } = { run: () => undefined };
  const context = vm.createContext(box);
  const call = new vm.Script("run()");
  return (text) => {
    const matches: Match[] = [];
    for (const { line, pattern } of compiled) {
      const rule = `own-${line}`;
      box.run = () => {
        for (const { index, 0: found } of text.matchAll(pattern)) {
          if (found !== "" && matches.push({ rule, from: index, to: index + found.length }) >= MOST_MATCHES) return;
        }
      };
      try {
        call.runInContext(context, { timeout: TIME });
      } catch (cause) {
        throw new HxError("usage", `the pattern in line ${line} of '${file}' takes too long`, { data: { line }, cause });
      }
    }
    return matches;
  };
}
