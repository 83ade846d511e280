import { HxError } from "../../domain/errors.ts";
import type { PersonId, SessionId } from "../../domain/ids.ts";
import type { Crew, Wrapper } from "../../ports/crypto.ts";
import { wrapPath } from "../../format/paths.ts";
import { authorWrapId, nextChainKey, partKey } from "../../format/part-keys.ts";
import type { PartRecord } from "../../format/part-record.ts";
import { authorContext } from "../../format/wrap.ts";
import type { Ledger } from "../ledger.ts";
import { erasedError, isErased } from "../lane/erased.ts";
import { checkCommitment } from "../lane/part-reader.ts";
import type { SessionParts } from "../lane/manifests.ts";
import { entryAt } from "../lane/tree.ts";
import type { LaneSource } from "./lane-source.ts";

/** An author who can open their own sessions: seeds of the person key, by epoch. */
export interface Author {
  readonly person: PersonId;
  readonly keys: readonly { readonly epoch: number; readonly seed: Uint8Array }[];
}

/** Opens wraps on this thread, or on another. */
export type Opener = Pick<Wrapper | Crew, "open">;

/**
 * Keys of the parts of a session that this author wrote, by part number, for the parts asked for.
 * @throws HxError `not-recipient` when no wrap opens; `erased` when its author removed the wrap; `no-key` when there is none here
 */
export async function authorPartKeys(
  ledger: Ledger,
  author: Author,
  source: LaneSource,
  session: SessionParts,
  wanted: readonly PartRecord[] = session.parts,
  opener: Opener = ledger.crypto.wrapper,
): Promise<ReadonlyMap<number, Uint8Array>> {
  const keys = new Map<number, Uint8Array>();
  const place = { crypto: ledger.crypto, compressor: ledger.compressor, repo: ledger.repo, session: session.session };
  for (const chain of new Set(wanted.map((part) => part.chain))) {
    let chainKey = await openChain(ledger, author, source, session, chain, opener);
    const last = Math.max(...wanted.filter((part) => part.chain === chain).map(({ n }) => n));
    for (let n = chain; n <= last; n++) {
      const key = partKey(ledger.crypto.hashes, chainKey);
      const record = session.parts[n];
      if (record !== undefined) checkCommitment(place, record, key);
      keys.set(n, key);
      chainKey = nextChainKey(ledger.crypto.hashes, chainKey);
    }
  }
  return keys;
}

async function openChain(ledger: Ledger, author: Author, source: LaneSource, { session, parts }: SessionParts, chain: number, opener: Opener): Promise<Uint8Array> {
  const first = parts[chain];
  if (first === undefined) throw new HxError("lane-invalid", `session '${session}' has no part ${chain}`);
  const wrap = await wrapOf(ledger, source, session, chain);
  for (const { epoch, seed } of [...author.keys].reverse()) {
    const context = authorContext({ repo: ledger.repo, session, commitment: first.commitment, person: author.person, epoch });
    const opened = await opener.open(seed, context, wrap);
    if (opened !== null) return opened;
  }
  throw new HxError("not-recipient", `session '${session}' is not yours to open`);
}

async function wrapOf(ledger: Ledger, source: LaneSource, session: SessionId, chain: number): Promise<Uint8Array> {
  const path = wrapPath(authorWrapId(ledger.crypto.hashes, session, chain));
  const entry = source.keys === null ? null : await entryAt(source.store, source.keys, path);
  if (entry === null && (await isErased(ledger, source, session, chain))) throw erasedError(session);
  if (entry === null) throw new HxError("no-key", `the key of session '${session}' is not in this clone`, { hints: ["hx sync"] });
  return source.store.readBlob(entry.oid);
}
