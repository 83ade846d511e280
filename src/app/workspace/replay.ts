import type { WorkspaceId } from "../../domain/ids.ts";
import { invalid } from "../../domain/workspace/checks.ts";
import type { Verify } from "../../domain/workspace/checks.ts";
import { applyStatement, replayStatements } from "../../domain/workspace/replay.ts";
import type { WorkspaceState } from "../../domain/workspace/state.ts";
import { workspaceIdOf } from "../../format/ids.ts";
import type { HashFunctions } from "../../format/primitives.ts";
import type { Chain } from "./chain.ts";
import { decodeStatement } from "./decode.ts";
import { checkDocuments } from "./documents.ts";

/** What a replay needs of the primitives: src/ports/crypto.ts fits it. */
export interface ReplayCrypto {
  readonly hashes: HashFunctions;
  readonly signer: { readonly verify: Verify };
}

/**
 * The state that a chain of statements (envelope bytes, from 0 on) says.
 * @param verified how many of them are known, by their hashes, to have verified on this device: every rule is held against them again,
 * but no signature
 * @throws HxError `workspace-invalid` with the number of the statement and the reason; `too-new`
 */
export function replayChain(crypto: ReplayCrypto, statements: readonly Uint8Array[], verified = 0): WorkspaceState {
  const check = verifierOf(crypto);
  let n = 0;
  const verify: Verify = (publicKey, message, signature) => n < verified || check(publicKey, message, signature);
  const first = statements[0];
  if (first === undefined) throw invalid(0, "the chain is empty");
  const genesis = decodeStatement(crypto.hashes, 0, first);
  // Each is judged before the next one is asked for.
  function* decoded(): Generator<ReturnType<typeof decodeStatement>> {
    for (const [at, bytes] of statements.entries()) yield decodeStatement(crypto.hashes, (n = at), bytes);
  }
  return replayStatements(verify, decoded(), workspaceIdOf(crypto.hashes, genesis.signed.payload));
}

/** A chain that was read, with the texts that lie in it. @throws as `replayChain` */
export function replayWhole(crypto: ReplayCrypto, chain: Pick<Chain, "statements" | "documents">, verified = 0): WorkspaceState {
  const state = replayChain(crypto, chain.statements, verified);
  checkDocuments(crypto.hashes, chain.documents, state);
  return state;
}

/** The state after one more statement. @throws as `replayChain` */
export function replayNext(crypto: ReplayCrypto, state: WorkspaceState, statement: Uint8Array): WorkspaceState {
  return applyStatement(verifierOf(crypto), state, decodeStatement(crypto.hashes, state.head.n + 1, statement));
}

/** Workspace id that a chain with this first statement has. */
export function workspaceOf(crypto: ReplayCrypto, genesis: Uint8Array): WorkspaceId {
  return workspaceIdOf(crypto.hashes, decodeStatement(crypto.hashes, 0, genesis).signed.payload);
}

function verifierOf(crypto: ReplayCrypto): Verify {
  return (publicKey, message, signature) => crypto.signer.verify(publicKey, message, signature);
}
