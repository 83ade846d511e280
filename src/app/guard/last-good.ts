import type { GuardState } from "../../format/guard-state.ts";

/** What was good once: from a state file, or from an anchor, which does not hold the connection file and no wraps. */
export type LastGood = Omit<GuardState, "connection"> & Partial<Pick<GuardState, "connection">>;
