import path from "node:path";
import { asBuffer, scanObject, textAt, valueAt } from "../shared/json-scan.ts";
import { linesOf } from "../shared/lines.ts";
import { isJson, textOf } from "../shared/record.ts";
import { entriesOf, isInside, realDirectory } from "../shared/store.ts";
import { headOfRollout } from "./open-rollout.ts";
import { parentOf } from "./lineage.ts";
import { directoryIn } from "./prompt.ts";
import type { RolloutName } from "./rollout-name.ts";
import { rolloutName } from "./rollout-name.ts";

/** A rollout file. Only its name was looked at. */
export interface Rollout extends RolloutName {
  readonly absolute: string;
}

/** Every rollout of a store by thread; of a plain and a compressed one, of a live and an archived one, the former counts. */
export async function rolloutsOf(root: string): Promise<ReadonlyMap<string, readonly Rollout[]>> {
  const byPath = new Map<string, Rollout>();
  for (const top of ["archived_sessions", "sessions"]) {
    const directory = await realDirectory(path.join(root, top));
    if (directory === null || !isInside(root, directory)) continue;
    for await (const rollout of below(directory, top === "sessions" ? 3 : 0)) {
      const known = byPath.get(rollout.path);
      const better = known === undefined || (known.compressed && !rollout.compressed) || known.compressed === rollout.compressed;
      if (better) byPath.set(rollout.path, rollout);
    }
  }
  const byThread = new Map<string, Rollout[]>();
  for (const rollout of byPath.values()) byThread.set(rollout.id, [...(byThread.get(rollout.id) ?? []), rollout]);
  // The latest is the live one: reverting a thread starts another file. The time stands first in the name.
  for (const rollouts of byThread.values()) rollouts.sort((a, b) => (a.name > b.name ? -1 : 1));
  return byThread;
}

/** Date folders are as deep as they are; a folder or file of another name is not Codex'. Links are not followed. */
async function* below(directory: string, depth: number): AsyncGenerator<Rollout> {
  for (const entry of await entriesOf(directory)) {
    const absolute = path.join(directory, entry.name);
    if (entry.isDirectory() && depth > 0 && /^\d{2,4}$/.test(entry.name)) yield* below(absolute, depth - 1);
    const named = entry.isFile() ? rolloutName(entry.name) : undefined;
    if (named !== undefined) yield { ...named, absolute };
  }
}

/** What the first records of a rollout say. */
export interface Beginning {
  readonly directory?: string;
  readonly parent?: string;
}

const FEW = 4 * 1024;
const FIRST = 64 * 1024;
const MORE = 1 << 20;

/** The directory that a rollout names, read as cheaply as can be; undefined when more has to be read. */
export async function directoryOf(rollout: Rollout, roots: readonly string[]): Promise<string | undefined> {
  const head = asBuffer(await headOfRollout(rollout.absolute, roots, FEW));
  const payload = scanObject(head, ["payload"], { enough: true, torn: true })?.get("payload");
  if (payload === undefined) return undefined;
  return textAt(head, scanObject(head, ["cwd"], { range: payload, enough: true })?.get("cwd"));
}

export async function beginningOf(rollout: Rollout, roots: readonly string[]): Promise<Beginning> {
  for (const length of [FIRST, MORE]) {
    const head = await headOfRollout(rollout.absolute, roots, length);
    const said = beginning(head);
    if (said !== undefined) return said;
    if (head.length < length) break;
  }
  return {};
}

/** undefined when the first line is not whole yet. */
function beginning(head: Uint8Array): Beginning | undefined {
  for (const { line, whole } of linesOf(head)) {
    const buffer = asBuffer(line);
    const payload = scanObject(buffer, ["payload"])?.get("payload");
    if (payload === undefined) return whole ? bareBeginning(head) : undefined;
    const meta = valueAt(buffer, payload);
    if (!isJson(meta)) return {};
    const directory = textOf(meta, "cwd");
    const parent = parentOf(meta);
    return { ...(directory === undefined ? {} : { directory }), ...(parent === undefined ? {} : { parent }) };
  }
  return undefined;
}

function bareBeginning(head: Uint8Array): Beginning {
  // Only to narrow: the text is taken as it stands in JSON, so a path with a quote in it is not found here.
  const directory = directoryIn(asBuffer(head).toString("utf8").replaceAll("\\n", "\n"));
  return directory === undefined ? {} : { directory };
}
