import type { ShownState } from "../app/sharing/requests.ts";
import type { Subject, TurnRange } from "../domain/sharing/statement.ts";
import type { Named } from "./named.ts";

/** Asking for sessions, and answering those who ask. All but `list` need the remote. */
export interface RequestsWorld {
  /**
   * @throws HxError `not-found`, `ambiguous` for what or whom cannot be found; `refused`, `not-recipient` for who may not ask;
   * `exists` while the same is asked already; `remote-failed`
   */
  ask(wanted: Asking): Promise<Asked>;
  /** @param request its name, or a beginning of it. @throws HxError `not-found`, `ambiguous`, `refused`, `remote-failed` */
  withdraw(request: string): Promise<Answered>;
  /** @throws as `withdraw` */
  deny(request: string, reason?: string): Promise<Answered>;
  /** What waits for this person and what they asked. `all`: what is settled too. */
  list(options: { readonly all: boolean }): Promise<RequestList>;
}

export interface Asking {
  /** `<session>`, `<commit>` or `<path>:<line>`. */
  readonly what: string;
  readonly team: string;
  readonly reason: string;
  readonly turns?: readonly TurnRange[];
  readonly to?: string;
}

export interface Asked {
  readonly row: RequestRow;
  /** Of a commit or a line: whether a signature that git verified stands behind its author. */
  readonly proven?: boolean;
  /** Of a session: whether a lane that is known here has it. */
  readonly known?: boolean;
  /** The team that answers for somebody who departed. */
  readonly successor?: Named;
}

export interface Answered {
  readonly row: RequestRow;
  /** It had been said before: nothing was said. */
  readonly already: boolean;
}

export interface RequestList {
  /** Waiting for this person's word. */
  readonly inbox: readonly RequestRow[];
  readonly asked: readonly RequestRow[];
  /** Went to this person (or whom they succeed) and are settled; only with `all`. */
  readonly settled: readonly RequestRow[];
  /** Not all lanes could be read: what they hold is missing. */
  readonly incomplete: boolean;
  /** Why the remote was not reached: what is shown was known before. */
  readonly offline?: string;
}

export interface RequestRow {
  /** 64 hex digits. */
  readonly id: string;
  /** `r1a2b3c4`. */
  readonly name: string;
  readonly state: ShownState;
  readonly from: Named;
  readonly to: Named;
  readonly team: Named;
  readonly about: Subject;
  readonly turns?: readonly TurnRange[];
  readonly reason: string;
  /** By the clock of who asked, ms since 1970. */
  readonly at: number;
  readonly denial?: { readonly at: number; readonly reason?: string };
  /** The command that answers it, where it waits for this person. */
  readonly command?: string;
}
