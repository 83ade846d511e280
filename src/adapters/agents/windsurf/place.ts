import { fileURLToPath } from "node:url";
import type { Span } from "../shared/json-scan.ts";
import { asBuffer, scanObject, textAt } from "../shared/json-scan.ts";
import { linesOf } from "../shared/lines.ts";
import { openInside } from "../shared/open-file.ts";
import { isAbsolutePath } from "../shared/record.ts";
import { isInside } from "../shared/store.ts";

/** Bytes of a transcript that are looked at. */
const LOOK = 16 << 20;

/** What the steps of a transcript tell of places: it says nowhere where its session ran. */
export interface Places {
  /** In which all commands ran, or below it; undefined where no command ran, or they ran in places apart. */
  readonly directory?: string;
  /** Directories of commands, and files and folders that other tools were given. */
  readonly touched: readonly string[];
}

/** Of a file that cannot be read nothing. */
export async function placesIn(absolute: string, roots: readonly string[]): Promise<Places> {
  try {
    const file = await openInside(absolute, roots);
    try {
      return placesOf(await file.read(0, Math.min(file.size, LOOK)));
    } finally {
      await file.close();
    }
  } catch {
    return { touched: [] };
  }
}

export function placesOf(bytes: Uint8Array): Places {
  const commands = new Set<string>();
  const others = new Set<string>();
  for (const { line } of linesOf(bytes)) {
    const buffer = asBuffer(line);
    const type = textAt(buffer, scanObject(buffer, ["type"])?.get("type"), 64);
    const step = type === undefined ? undefined : scanObject(buffer, [type])?.get(type);
    const cwd = type === "run_command" ? field(buffer, step, "cwd") : undefined;
    if (cwd !== undefined && isAbsolutePath(cwd)) commands.add(cwd);
    for (const key of ["path", "search_path", "search_directory"]) {
      const place = pathOf(field(buffer, step, key));
      if (place !== undefined) others.add(place);
    }
  }
  const [shortest] = [...commands].sort((a, b) => a.length - b.length);
  const together = shortest !== undefined && [...commands].every((cwd) => isInside(shortest, cwd));
  return { ...(together ? { directory: shortest } : {}), touched: [...commands, ...others] };
}

function field(bytes: Buffer, step: Span | undefined, key: string): string | undefined {
  return step === undefined ? undefined : textAt(bytes, scanObject(bytes, [key], { range: step })?.get(key), 64 * 1024);
}

/** A path, of a file URL or a path; undefined when it is neither. */
export function pathOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  if (!text.startsWith("file://")) return isAbsolutePath(text) ? text : undefined;
  try {
    return fileURLToPath(text);
  } catch {
    return undefined;
  }
}
