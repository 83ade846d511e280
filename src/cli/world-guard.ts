import type { GuardReport } from "../domain/guard/finding.ts";

/** One line of what git hands to a hook of the server. */
export interface HookLine {
  readonly ref: string;
  readonly old: string;
  readonly new: string;
}

/** A judgement, and what it was held against. */
export interface GuardResult extends GuardReport {
  /** `refs`: those of this repository. `state`: the file. `nothing`: everything was judged from its start. */
  readonly since: "refs" | "state" | "nothing";
}

export interface GuardAccept {
  /** Git object ids of connection files that are accepted although they loosen. */
  readonly accept: readonly string[];
}

export interface GuardRemoteOptions extends GuardAccept {
  /** Name of the remote; absent: `origin`. */
  readonly remote?: string;
  /** The branch into which this checkout is to be merged. */
  readonly target?: string;
  /** File with the last good state. */
  readonly state?: string;
}

/** docs/spec/guard.md. No key and no identity is read. */
export interface GuardWorld {
  /** @param whole all refs of the push are there (`pre-receive`); else one of them (`update`) */
  push(lines: readonly HookLine[], options: GuardAccept & { readonly whole: boolean }): Promise<GuardResult>;
  /** @throws HxError `not-a-repository`, `remote-failed`, `io-failed` */
  remote(options: GuardRemoteOptions): Promise<GuardResult>;
}
