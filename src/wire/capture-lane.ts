import { readFile } from "node:fs/promises";
import { DAY_MS, laneOfKey, type KeptLane } from "../app/lane/own-lane-key.ts";
import type { Ledger } from "../app/ledger.ts";
import { HxError } from "../domain/errors.ts";
import { decodeCaptureKey } from "../format/capture-key.ts";
import type { Settings } from "./settings.ts";

/**
 * The lane of the capture-only key in the environment; null where there is none.
 * @throws HxError `refused` once it expired, or in another repository; `encoding-invalid`, `io-failed`
 */
export async function captureLane(settings: Settings, { crypto, clock, workspace, repo }: Pick<Ledger, "crypto" | "clock" | "workspace" | "repo">): Promise<KeptLane | null> {
  const text = await secretText(settings);
  if (text === null) return null;
  const { key, tie, until } = decodeCaptureKey((bytes) => crypto.hashes.h(bytes), text);
  const again = { hints: ["hx device issue --capture-only"] };
  if (Math.floor(clock.now() / DAY_MS) > until) throw new HxError("refused", `the capture-only key expired after ${new Date(until * DAY_MS).toISOString().slice(0, 10)}`, again);
  if (key.repo !== repo || key.workspace !== workspace) throw new HxError("refused", "the capture-only key was issued for another repository", again);
  return laneOfKey(crypto, key, tie);
}

async function secretText({ captureKey }: Settings): Promise<string | null> {
  if (captureKey === null || "text" in captureKey) return captureKey?.text ?? null;
  return readFile(captureKey.file, "utf8").catch((cause: unknown) => {
    throw new HxError("io-failed", `cannot read the capture-only key in '${captureKey.file}'`, { cause });
  });
}
