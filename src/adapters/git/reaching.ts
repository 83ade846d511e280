import { HxError } from "../../domain/errors.ts";
import type { RemoteOptions, Store } from "../../ports/git.ts";
import type { ConfigPair } from "./environment.ts";
import { reason, withoutCredentials } from "./run.ts";
import type { Ran } from "./run.ts";

/** Runs one git command against a remote, as the user's repository would reach it. */
export type Reaching = (
  command: { readonly store: Store | null; readonly pairs?: readonly ConfigPair[]; readonly args: readonly string[]; readonly input?: string },
  options: RemoteOptions | undefined,
) => Promise<Ran>;

export function remoteFailed(url: string, ran: Ran): HxError {
  const shown = withoutCredentials(url);
  return new HxError("remote-failed", `cannot reach '${shown}': ${reason(ran)}`, { hints: [`git ls-remote '${shown}'`] });
}

