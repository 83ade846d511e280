import { HxError } from "../../domain/errors.ts";
import type { LaneId, Oid } from "../../domain/ids.ts";
import { frozenProblem, type FrozenProblem, type Removals } from "../../domain/workspace/frozen.ts";
import { parseCommit } from "../../format/commit.ts";
import type { Header } from "../../format/header.ts";
import { HEADER_PATH } from "../../format/paths.ts";
import type { ObjectReader } from "../../ports/git.ts";
import type { Ledger } from "../ledger.ts";
import { entryAt } from "./tree.ts";

/** A lane that is longer than what counts of it. */
export interface FrozenPart extends FrozenProblem {
  /** Commit of the newest header that counts; null: none does. */
  readonly head: Oid | null;
}

/** Holds a lane, as it lies in a store, against what was frozen of this repository. Null: all of it counts. @throws HxError `missing-object` */
export async function frozenPart(
  ledger: Pick<Ledger, "crypto" | "repo">,
  store: ObjectReader,
  removals: Pick<Removals, "freezes">,
  lane: LaneId,
  head: { readonly oid: Oid; readonly header: Header },
): Promise<FrozenPart | null> {
  const { seq, certificate, head: named } = head.header;
  const entry = removals.freezes.get(ledger.repo)?.lanes.get(lane);
  const atEntry = entry === undefined || seq < entry.seq ? null : await back(store, head.oid, seq - entry.seq);
  const hash = atEntry === null ? undefined : await headerHash(ledger, store, atEntry);
  const problem = frozenProblem(removals, ledger.repo, lane, { seq, epoch: certificate.epoch, headN: named.n }, () => hash);
  if (problem === null) return null;
  return { ...problem, head: problem.counted < 0 ? null : await back(store, head.oid, seq - problem.counted) };
}

/** What is wrong with a lane of which a part does not count. */
export function frozenError(lane: LaneId, { kind, counted }: FrozenProblem): HxError {
  const data = { lane, counted };
  if (kind === "contradicted") return new HxError("lane-invalid", `lane '${lane}' has another header ${counted + 1} than the one that a removal froze`, { data, hints: ["hx verify"] });
  const what = kind === "unlisted" ? "is not among those that a removal froze" : `goes beyond header ${counted}, where a removal froze it`;
  return new HxError("lane-invalid", `lane '${lane}' ${what}, and no member certified it since`, { data, hints: ["hx verify"] });
}

/** The commit so many headers before: a lane has one in each commit. */
async function back(store: ObjectReader, from: Oid, steps: number): Promise<Oid> {
  let at = from;
  for (let i = 0; i < steps; i++) {
    const parent = parseCommit(await store.readCommit(at)).parents[0];
    if (parent === undefined) throw new HxError("lane-invalid", "a lane has fewer commits than its newest header says");
    at = parent;
  }
  return at;
}

async function headerHash(ledger: Pick<Ledger, "crypto">, store: ObjectReader, commit: Oid): Promise<Uint8Array> {
  const entry = await entryAt(store, parseCommit(await store.readCommit(commit)).tree, HEADER_PATH);
  if (entry === null) throw new HxError("lane-invalid", "a commit of a lane has no header");
  return ledger.crypto.hashes.h(await store.readBlob(entry.oid));
}
