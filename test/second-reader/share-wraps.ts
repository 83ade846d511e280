import { concat, toHex, uint32 } from "./bytes.ts";
import { demand } from "./errors.ts";
import { K } from "./primitives.ts";
import { openWrap } from "./wrap.ts";

const keysInWrap = 90;

/** What the wraps of one session and one recipient are for. */
export interface Share {
  repo: Uint8Array;
  /** Hash of the approval. */
  approval: Uint8Array;
  tag: Uint8Array;
  session: Uint8Array;
  /** Id of the team or person, and the epoch of their key. */
  recipient: { id: Uint8Array; epoch: number };
  first: number;
  count: number;
}

/** Opens the wraps of the parts `first` to `count - 1`, which `wrapOf` gives by id: part keys in order. */
export function openShare(share: Share, seed: Uint8Array, wrapOf: (id: string) => Uint8Array | undefined): Uint8Array {
  const pieces: Uint8Array[] = [];
  for (let first = share.first; first < share.count; first += keysInWrap) {
    const wrap = wrapOf(shareWrapId(share, first));
    demand(wrap !== undefined, "no-key", "a wrap that is not there");
    const plaintext = openWrap(wrap, seed, {
      purpose: "share", repo: share.repo, approval: share.approval, session: share.session, first,
    });
    const keys = Math.min(keysInWrap, share.count - first);
    demand(plaintext.length === 32 * keys, "wrap-invalid", "a wrap of other keys than its own");
    pieces.push(plaintext);
  }
  return concat(...pieces);
}

function shareWrapId(share: Share, first: number): string {
  const recipient = concat(share.recipient.id, uint32(share.recipient.epoch));
  return toHex(K(share.tag, concat(share.session, recipient, uint32(first))).slice(0, 16));
}
