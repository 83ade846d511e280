import { fromUtf8, utf8 } from "../../domain/bytes.ts";
import { isHxError } from "../../domain/errors.ts";
import type { WorkspaceState } from "../../domain/workspace/state.ts";
import { openItem } from "../../format/item.ts";
import { claimedTie, openTie } from "../../format/tie.ts";
import type { Ledger } from "../ledger.ts";
import { directoryAt } from "../lane/tree.ts";
import type { Author } from "./author-keys.ts";
import type { LaneSource } from "./lane-source.ts";

const NOTE = "mine.json";

/**
 * The lanes that are tied to this author: the tie is a sealed item of the lane, signed by one of their devices and by the
 * lane. What was found out is noted in a local work file; nothing else here says whose lane it is.
 */
export async function ownLanes(ledger: Ledger, state: WorkspaceState, author: Author, sources: readonly LaneSource[]): Promise<readonly LaneSource[]> {
  const known = await readNote(ledger, author);
  const mine: LaneSource[] = [];
  let changed = false;
  for (const source of sources) {
    let own = known[source.lane];
    if (own === undefined) {
      own = await isTied(ledger, state, author, source);
      known[source.lane] = own;
      changed = true;
    }
    if (own) mine.push(source);
  }
  if (changed) await ledger.work.write(NOTE, utf8(JSON.stringify({ person: author.person, lanes: known })));
  return mine;
}

async function isTied(ledger: Ledger, state: WorkspaceState, author: Author, source: LaneSource): Promise<boolean> {
  const place = { repo: ledger.repo, lane: source.publicKey };
  for (const fan of await directoryAt(source.store, source.tree, "x")) {
    for (const { oid } of await source.store.readTree(fan.oid)) {
      const item = await source.store.readBlob(oid);
      for (const { seed } of author.keys) {
        try {
          const body = openItem(ledger.crypto, seed, place, item);
          if (body === null || body.get("kind") !== "tie") continue;
          const device = state.devices.get(claimedTie(body).device);
          if (device === undefined || device.person !== author.person) continue;
          if (openTie(body, place, device.sign, (key, message, signature) => ledger.crypto.signer.verify(key, message, signature)).person === author.person) return true;
        } catch (error) {
          if (!isHxError(error)) throw error; // a damaged item ties nothing
        }
      }
    }
  }
  return false;
}

async function readNote(ledger: Ledger, author: Author): Promise<Record<string, boolean>> {
  const bytes = await ledger.work.read(NOTE);
  if (bytes === null) return {};
  try {
    const note = JSON.parse(fromUtf8(bytes)) as { person?: string; lanes?: Record<string, boolean> };
    return note.person === author.person ? (note.lanes ?? {}) : {};
  } catch {
    return {};
  }
}
