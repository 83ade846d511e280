import type { StatementHash } from "../../domain/sharing/statement.ts";
import type { SessionId } from "../../domain/ids.ts";
import { sealKeyed } from "../../format/keyed-wrap.ts";
import { wrapPath } from "../../format/paths.ts";
import { cutPartKeys, shareContext, shareKeyContext, shareKeyId, shareWrapId } from "../../format/sharing/share-wrap.ts";
import type { WrapContext } from "../../ports/crypto.ts";
import type { WritableLedger } from "../ledger.ts";
import type { Recipient } from "./recipients.ts";

/** Part keys of a session, which somebody gets. */
export interface HandedOn {
  readonly session: SessionId;
  /** Number of the first of them. */
  readonly first: number;
  /** `P` of the parts from `first` on. */
  readonly keys: readonly Uint8Array[];
}

/** The statement under which keys are handed on. */
export interface UnderApproval {
  readonly approval: StatementHash;
  readonly tag: Uint8Array;
}

/** A wrap that is to be made, and where it goes. */
export type OwedWrap = {
  readonly path: string;
  readonly context: WrapContext;
  readonly plaintext: Uint8Array;
} & ({ readonly to: Uint8Array } | { readonly under: Uint8Array });

/**
 * The part keys of sessions for one recipient, piece by piece, under the paths that the approval's tag gives. Several pieces go under a
 * share key, so that there is one encapsulation and not one for each.
 * @param shareKey `new` where this recipient has none under this approval; what comes later is sealed to the recipient itself, as nobody else opens the key that is there
 */
export function wrapsFor({ crypto, repo }: Pick<WritableLedger, "crypto" | "repo">, { approval, tag }: UnderApproval, sessions: readonly HandedOn[], { to, key }: Recipient, shareKey: "new" | "none"): readonly OwedWrap[] {
  const pieces = sessions.flatMap(({ session, first: from, keys }) =>
    cutPartKeys(from, keys).map(({ first, plaintext }) => ({
      path: wrapPath(shareWrapId(crypto.hashes, tag, session, to, first)),
      context: shareContext({ repo, approval, session, first }),
      plaintext,
    })),
  );
  if (shareKey === "none" || pieces.length < 2) return pieces.map((piece) => ({ ...piece, to: key }));
  const under = crypto.random.bytes(32);
  const own = { path: wrapPath(shareKeyId(crypto.hashes, tag, to)), to: key, context: shareKeyContext({ repo, approval }), plaintext: under };
  return [own, ...pieces.map((piece) => ({ ...piece, under }))];
}

/** Makes them, by path. */
export function sealWraps({ crypto }: Pick<WritableLedger, "crypto">, owed: readonly OwedWrap[]): ReadonlyMap<string, Uint8Array> {
  const sealed = (one: OwedWrap): Uint8Array => {
    const { context, plaintext } = one;
    return "to" in one ? crypto.wrapper.wrap(one.to, context, plaintext) : sealKeyed(crypto.aead, crypto.random, one.under, context, plaintext);
  };
  return new Map(owed.map((one) => [one.path, sealed(one)]));
}
