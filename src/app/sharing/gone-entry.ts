import { isHxError } from "../../domain/errors.ts";
import { believe } from "../../domain/sharing/believe.ts";
import { entryOf } from "../../domain/sharing/log-statements.ts";
import { tell } from "../../domain/sharing/log-words.ts";
import type { WorkspaceState } from "../../domain/workspace/state.ts";
import { decodeCborMap } from "../../format/cbor.ts";
import { laneIdOf } from "../../format/ids.ts";
import { assembleItems } from "../../format/sharing/in-items.ts";
import { decodeSharing } from "../../format/sharing/statement.ts";
import type { MissingEntry } from "../items/seen-entries.ts";
import type { Ledger } from "../ledger.ts";
import type { Acting } from "../workspace/acting.ts";
import { named, toldOf, type NamedEntry } from "./log.ts";
import type { SharingHere } from "./read-sharing.ts";

/** What an entry that is gone is told from: `Knowledge` fits it. */
export interface Remembering {
  readonly ledger: Ledger;
  readonly acting: Acting;
  readonly sharing: SharingHere;
  readonly state: WorkspaceState;
}

/** Which entry: `MissingEntry` fits it. */
export type Gone = Pick<MissingEntry, "lane" | "id">;

/**
 * What an entry that is gone said, from the sealed index of what opened here; null where that has it no more, or it never was whole. It
 * was signed by whom it names: `who` is no guess, though nobody can show any more where it lay.
 */
export function rememberedEntry({ ledger, acting, sharing, state }: Remembering, { lane, id }: Gone): NamedEntry | null {
  const { hashes, signer } = ledger.crypto;
  const items = sharing.index.remembered(lane, id).filter(({ kind }) => kind !== "tie" && kind !== "");
  const bodies = items.map((item) => ({ id: item.id, body: decodeCborMap(item.body) }));
  const whole = assembleItems((bytes) => hashes.h(bytes), bodies).whole.find((one) => one.items.includes(id));
  const place = items.find((item) => item.id === id)?.place;
  if (whole === undefined || place === undefined) return null;
  const claim = decodedOrNull(whole.envelope);
  if (claim === null || laneIdOf(hashes, claim.statement.lane) !== lane) return null;
  const { statement: said, signed } = claim;
  const found = { repo: ledger.repo, lane: said.lane, place };
  const { statement } = believe((key, message, signature) => signer.verify(key, message, signature), state, { hash: whole.hash, said, signed }, found);
  return statement === null ? null : named(acting.directory, entryOf(sharing.sharing, { isHeld: () => false }, statement));
}

/** As `rememberedEntry`, in one sentence with its day. */
export function describeEntry(here: Remembering, gone: Gone): string | null {
  const entry = rememberedEntry(here, gone);
  return entry === null ? null : `${tell(toldOf(entry, here.acting.person))}, on ${new Date(entry.entry.when.day * 1000).toISOString().slice(0, 10)}`;
}

function decodedOrNull(envelope: Uint8Array): ReturnType<typeof decodeSharing> | null {
  try {
    return decodeSharing(envelope);
  } catch (error) {
    if (isHxError(error)) return null;
    throw error;
  }
}
