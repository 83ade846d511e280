export interface HookEntry {
  /** `post-commit`, `Stop` … */
  readonly event: string;
  readonly state: "installed" | "absent" | "changed" | "untrusted" | "unknown";
  /** The file, or the configuration key, that holds it. */
  readonly where: string;
  readonly note?: string;
}

/** What an installation would do, one line a change, for the plan that `init` shows. */
export interface HookPlan {
  readonly changes: readonly { readonly where: string; readonly what: string }[];
  /** Lines that the person has to add by hand, because the place is not hx's to write (husky, lefthook, a tracked file). */
  readonly byHand: readonly { readonly where: string; readonly lines: readonly string[] }[];
}

/** A place where hooks live: git's, or an agent's. Idempotent; removal leaves the file as it was before. */
export interface HookPlace {
  readonly name: string;
  plan(): Promise<HookPlan>;
  install(): Promise<HookPlan>;
  remove(): Promise<HookPlan>;
  state(): Promise<readonly HookEntry[]>;
}
