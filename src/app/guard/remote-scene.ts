import type { GuardState } from "../../format/guard-state.ts";
import type { Remote, Repository, Store } from "../../ports/git.ts";
import type { GuardPorts } from "./ports.ts";

export interface RemotePorts extends GuardPorts {
  readonly remote: Remote;
}

/** What is judged, and where it may be put. The stores are empty, and thrown away afterwards. */
export interface RemoteScene {
  /** The clone: its remote is judged, and of it the connection file of what is checked out. */
  readonly checkout: Repository;
  /** Name of the remote, and the URL behind it. */
  readonly remote: string;
  readonly url: string;
  /** Takes what is under `refs/sessions/`, without segments. */
  readonly sessions: Store;
  /** Takes the newest commit of branches. */
  readonly code: Repository;
  /** The branch into which the checkout is to be merged. */
  readonly target?: string;
  /** The last good state of a file; null: there is none. */
  readonly last: GuardState | null;
  /** The branch whose anchor is the last good state in the place of a file. */
  readonly anchor?: string;
  /** A first anchor is about to be made: the branch need not be there yet. */
  readonly anchoring?: true;
}
