import { concat, toHex, uint32 } from "./bytes.ts";
import { demand } from "./errors.ts";
import { K } from "./primitives.ts";
import { isUnderKey, openUnderKey, openWrap } from "./wrap.ts";

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
    const wrap = wrapOf(idAt(share.tag, concat(share.session, recipientOf(share), uint32(first))));
    demand(wrap !== undefined, "no-key", "a wrap that is not there");
    const context = { purpose: "share", repo: share.repo, approval: share.approval, session: share.session, first };
    const plaintext = isUnderKey(wrap) ? openUnderKey(wrap, shareKeyOf(share, seed, wrapOf), context) : openWrap(wrap, seed, context);
    const keys = Math.min(keysInWrap, share.count - first);
    demand(plaintext.length === 32 * keys, "wrap-invalid", "a wrap of other keys than its own");
    pieces.push(plaintext);
  }
  return concat(...pieces);
}

function shareKeyOf(share: Share, seed: Uint8Array, wrapOf: (id: string) => Uint8Array | undefined): Uint8Array {
  const wrap = wrapOf(idAt(share.tag, recipientOf(share)));
  demand(wrap !== undefined, "no-key", "a share key that is not there");
  return openWrap(wrap, seed, { purpose: "share-key", repo: share.repo, approval: share.approval });
}

function recipientOf({ recipient }: Share): Uint8Array {
  return concat(recipient.id, uint32(recipient.epoch));
}

function idAt(tag: Uint8Array, message: Uint8Array): string {
  return toHex(K(tag, message).slice(0, 16));
}
