import { fromUtf8, utf8 } from "../../domain/bytes.ts";
import { HxError } from "../../domain/errors.ts";
import type { OpenFile } from "../../ports/agent.ts";
import type { Ledger } from "../ledger.ts";
import { windowsHold } from "./prefix-windows.ts";
import type { IsMuted } from "./ranges.ts";
import { indexName, type FileProgress } from "./session-index.ts";

/** Ranges of a file that were written while capture was paused: bytes [from, to). */
export interface MutedFile {
  readonly ranges: readonly (readonly [from: number, to: number])[];
  /** Samples of the file up to its last range. A file in which they are no more is another one, and stays out whole. */
  readonly windows: FileProgress["windows"];
}

/** What of one session of an agent is never captured: docs/decisions/0014-kept-out.md. */
export interface KeptOut {
  readonly v: 1;
  readonly excluded?: true;
  /** By path in the agent's store. */
  readonly files: Readonly<Record<string, MutedFile>>;
}

type Trusting = Pick<Ledger, "trust"> & { readonly crypto: Pick<Ledger["crypto"], "hashes"> };

const FOLDER = "kept-out";

function nameOf({ crypto }: Trusting, agent: string, id: string): string {
  return `${FOLDER}/${indexName(crypto.hashes, agent, id)}.json`;
}

/** Null: all of it may be captured. @throws HxError `io-failed`: what cannot be read could let in what was kept out */
export async function keptOutOf(ledger: Trusting, agent: string, id: string): Promise<KeptOut | null> {
  const name = nameOf(ledger, agent, id);
  return parsed(name, await ledger.trust.read(name));
}

export async function keepOut(ledger: Trusting, agent: string, id: string, out: KeptOut): Promise<void> {
  await ledger.trust.write(nameOf(ledger, agent, id), utf8(JSON.stringify(out)));
}

/** Whether it was forked from a session of which something is kept out: it begins with a copy of that, and nobody can tell of what. */
export async function isForkOfKeptOut(ledger: Trusting, agent: string, parent: string | undefined): Promise<boolean> {
  return parent !== undefined && (await keptOutOf(ledger, agent, parent)) !== null;
}

/** How many sessions were excluded on this device. */
export async function countExcluded({ trust }: Pick<Ledger, "trust">): Promise<number> {
  const names = await trust.list(FOLDER);
  const found = await Promise.all(names.map(async (name) => parsed(name, await trust.read(`${FOLDER}/${name}`))));
  return found.filter((one) => one?.excluded === true).length;
}

function parsed(name: string, bytes: Uint8Array | null): KeptOut | null {
  if (bytes === null) return null;
  try {
    return JSON.parse(fromUtf8(bytes)) as KeptOut;
  } catch (cause) {
    throw new HxError("io-failed", `the trust file '${name}' is damaged`, { cause });
  }
}

/** Tells of records of a file whether a byte of them was written during a pause. */
export async function mutedIn(hashes: Ledger["crypto"]["hashes"], file: OpenFile, muted: MutedFile | undefined): Promise<IsMuted> {
  if (muted === undefined) return () => false;
  if (!(await windowsHold(hashes, file, muted.windows))) return () => true;
  return (from, to) => muted.ranges.some(([start, end]) => from < end && to > start);
}
