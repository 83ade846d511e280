import { fromUtf8, utf8 } from "../../domain/bytes.ts";
import { HxError } from "../../domain/errors.ts";
import type { SessionId } from "../../domain/ids.ts";
import type { Erasure } from "../../format/erasure.ts";
import type { WorkFiles } from "../../ports/work-files.ts";

const FILE = "erased.json";
const WAIT_MS = 10_000;

interface Names {
  readonly v: 1;
  /** Sessions that were erased, by the name of the agent's session (`indexName`). */
  readonly erased: Readonly<Record<string, readonly SessionId[]>>;
  /** Those in spite of which a person asked to capture it again. */
  readonly again: readonly SessionId[];
}

/**
 * Which sessions of agents were erased: trust file `erased.json`, beside the note of which lane a clone writes. A hook has no key to read
 * it anywhere else, and who loses this loses the lane too: only an unlocked command opens another, and that one reads the ledger first.
 */
export async function isErasedName(trust: WorkFiles, name: string): Promise<boolean> {
  const { erased, again } = await read(trust);
  return (erased[name] ?? []).some((session) => !again.includes(session));
}

/** Those of them that are not noted here. */
export async function newErasures(trust: WorkFiles, erasures: readonly Erasure[]): Promise<readonly Erasure[]> {
  const { erased } = await read(trust);
  return erasures.filter(({ name, session }) => !(erased[name] ?? []).includes(session));
}

export async function noteErased(trust: WorkFiles, erasures: readonly Erasure[]): Promise<void> {
  if ((await newErasures(trust, erasures)).length === 0) return;
  await change(trust, (now) => {
    const erased: Record<string, readonly SessionId[]> = { ...now.erased };
    for (const { name, session } of erasures) erased[name] = [...new Set([...(erased[name] ?? []), session])];
    return { ...now, erased };
  });
}

/** A person asked for it: what was erased under this name so far keeps nobody from capturing it here. */
export async function captureAgain(trust: WorkFiles, name: string): Promise<void> {
  await change(trust, (now) => ({ ...now, again: [...new Set([...now.again, ...(now.erased[name] ?? [])])] }));
}

async function change(trust: WorkFiles, next: (now: Names) => Names): Promise<void> {
  const lock = await trust.lock("erased", WAIT_MS);
  if (lock === null) throw new HxError("busy", "another process erases now");
  try {
    await trust.write(FILE, utf8(JSON.stringify(next(await read(trust)))));
  } finally {
    await lock.release();
  }
}

async function read(trust: WorkFiles): Promise<Names> {
  const bytes = await trust.read(FILE);
  if (bytes === null) return { v: 1, erased: {}, again: [] };
  try {
    const names = JSON.parse(fromUtf8(bytes)) as Names;
    if (names.v === 1 && Array.isArray(names.again) && typeof names.erased === "object") return names;
  } catch (cause) {
    throw new HxError("io-failed", `the trust file '${FILE}' is damaged`, { cause });
  }
  throw new HxError("io-failed", `the trust file '${FILE}' is damaged`);
}
