import type { Keeping } from "../domain/policy/retention.ts";
import type { ExportedMe, MeTexts } from "./world-export-me.ts";

/** What `erase`, `retention` and `export --me` call. Times in ms since 1970. */
export interface RightsWorld {
  /** Own sessions, and how they stand to the retention in force. Touches no network. */
  retention(): Promise<RetentionReport>;
  /**
   * Erases own sessions. `confirm` sees what goes and what remains.
   * @throws HxError `not-found`, `ambiguous`, `erased`; `refused` for what is not due where the policy keeps it; `remote-failed`
   */
  erase(options: EraseOptions, confirm: (plan: ErasePlan) => Promise<boolean>): Promise<EraseReport>;
  /** Writes everything that the ledger holds about the person below a directory. @throws HxError `exists` where it is not empty; `locked` */
  exportMe(directory: string, options: { readonly offline: boolean }, texts: MeTexts): Promise<ExportedMe>;
}

export interface RetentionReport {
  readonly keeping: Keeping;
  /** Newest first. */
  readonly sessions: readonly RetentionRow[];
  /** Sessions that do not open here: nothing says how old they are. */
  readonly closed: number;
}

export interface RetentionRow {
  readonly id: string;
  readonly agent: string;
  readonly title?: string;
  /** Midnight UTC of the day of its last record. */
  readonly day?: number;
  /** In days. */
  readonly age?: number;
  /** First day on which it is due. */
  readonly on?: number;
  readonly due: boolean;
}

export interface EraseOptions {
  /** Ids, or beginnings. */
  readonly what: readonly string[];
  /** All that are due. */
  readonly due: boolean;
}

export interface ErasePlan {
  readonly sessions: readonly ErasePlanSession[];
  readonly approvals: readonly { readonly id: string; readonly team: string }[];
}

export interface ErasePlanSession extends RetentionRow {
  /** Ids under which it was captured or copied and whose keys go. */
  readonly erased: readonly string[];
  /** Ids that lie in lanes which another clone or device of the person writes: they stay until that one erases them. */
  readonly elsewhere: readonly string[];
}

export interface EraseReport extends ErasePlan {
  /** Hashes of the statements that take approvals back. */
  readonly revocations: readonly string[];
  /** Wraps that went: the author's, and those of shares. */
  readonly removed: number;
  readonly pushed: boolean;
  /** Why it was not. */
  readonly reason?: string;
}
