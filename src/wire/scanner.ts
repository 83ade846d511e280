import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { CaptureScanner } from "../app/scan/session-scan.ts";
import type { Hashes } from "../ports/crypto.ts";
import type { Scanner } from "../ports/scanner.ts";
import type { Settings } from "./settings.ts";

/** The standing rules, and the person's own from the file `secrets` of their configuration directory. @throws HxError `usage` for a line that is no pattern */
export async function openScanner(settings: Settings, hashes: Hashes): Promise<Scanner> {
  const file = join(settings.configDirectory, "secrets");
  const text = await readFile(file, "utf8").catch((cause: unknown) => {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return null;
    throw cause;
  });
  const { secretScanner } = await import("../adapters/scanner/scanner.ts");
  return secretScanner({ hashes, ...(text === null ? {} : { own: { text, file } }) });
}

/** Loaded with the first new byte: a hook that finds nothing new never reads the rules. */
export function captureScanner(settings: Settings, hashes: Hashes): CaptureScanner {
  return new CaptureScanner(() => openScanner(settings, hashes));
}
