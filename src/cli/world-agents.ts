// The agents of this machine, as commands see them: part of the World.

export interface AgentsWorld {
  /** @param options.all also those that are not here */
  list(options: { readonly all: boolean }): Promise<AgentsReport>;
}

export interface AgentsReport {
  /** Why no sessions are counted: there is no connected repository around the directory. */
  readonly uncounted?: string;
  readonly agents: readonly AgentRow[];
}

export interface AgentRow {
  readonly name: string;
  readonly title: string;
  readonly present: boolean;
  /** Of one that is here, the places that are there; of another, those that were looked at. Empty: its sessions lie in the checkouts. Absolute. */
  readonly stores: readonly string[];
  /** `none`: hx installs none for it. `partly`: some are missing. `unknown`: whether they run cannot be told. */
  readonly hooks: "installed" | "partly" | "absent" | "untrusted" | "unknown" | "none";
  /** Versions on whose files its adapter was tried. */
  readonly verified: readonly string[];
  /** Those of this repository; absent where they are not counted. */
  readonly sessions?: AgentSessions;
  /** Version that wrote the newest of them. */
  readonly version?: string;
  /** That version is newer than every one that its adapter was tried on. */
  readonly newer?: true;
  /** Why its sessions could not be counted. */
  readonly problem?: string;
}

export interface AgentSessions {
  readonly all: number;
  readonly captured: number;
  /** Not captured, or not up to the end. */
  readonly behind: number;
  /** Excluded or erased. */
  readonly keptOut: number;
}
