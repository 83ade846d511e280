import type { GuardReport } from "../domain/guard/finding.ts";

/** One line of what git hands to a hook of the server. */
export interface HookLine {
  readonly ref: string;
  readonly old: string;
  readonly new: string;
}

/** A judgement, and what it was held against. */
export interface GuardResult extends GuardReport {
  /** `refs`: those of this repository. `state`: the file. `anchor`: the branch. `nothing`: everything was judged from its start. */
  readonly since: "refs" | "state" | "anchor" | "nothing";
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
  /** Branch whose anchor is the last good state. */
  readonly anchor?: string;
}

export interface AnchorOptions {
  /** Absent: the first listed remote. */
  readonly remote?: string;
  /** Absent: `hx-anchor`. */
  readonly branch?: string;
}

export interface AnchorResult {
  readonly branch: string;
  /** `refused`: no anchor is made of what guard refuses. `unchanged`: the newest anchor says the same. */
  readonly done: "anchored" | "unchanged" | "refused";
  /** Number of the newest anchor; absent where it was refused. */
  readonly n?: number;
  readonly report: GuardResult;
}

export interface InstallOptions {
  /** Absolute path of the hx that the hook calls; absent: the one that runs. */
  readonly program?: string;
}

/** What became of the hook of a server. */
export interface ServerHookResult {
  readonly place: "bare" | "dispatcher" | "custom-hooks" | "gitolite" | "hooks-directory";
  readonly path: string;
  /** `by-hand`: somebody else's hook is there, and nothing was written. */
  readonly done: "installed" | "unchanged" | "removed" | "absent" | "by-hand";
  /** What is to be put into the hook of somebody else. */
  readonly lines: readonly string[];
  /** What whoever runs the server does next. */
  readonly next?: string;
}

/** docs/spec/guard.md. No key and no identity is read, but for an anchor. */
export interface GuardWorld {
  /** @param whole all refs of the push are there (`pre-receive`); else one of them (`update`) */
  push(lines: readonly HookLine[], options: GuardAccept & { readonly whole: boolean }): Promise<GuardResult>;
  /** @throws HxError `not-a-repository`, `remote-failed`, `io-failed` */
  remote(options: GuardRemoteOptions): Promise<GuardResult>;
  /** Needs the identity. @throws HxError `not-connected`, `locked`, `remote-failed`, `busy` */
  anchor(options: AnchorOptions): Promise<AnchorResult>;
  /** The text of a server's hook. */
  script(options: InstallOptions): Promise<string>;
  /** @throws HxError `not-found`, `io-failed`, `busy` */
  install(directory: string, options: InstallOptions): Promise<ServerHookResult>;
  uninstall(directory: string): Promise<ServerHookResult>;
}
