/** The normalised view of a session: what every agent's records are turned into. What an agent does not record is absent, never zero. */
export interface SessionView {
  readonly agent: string;
  readonly id: string;
  readonly title?: string;
  readonly directory?: string;
  readonly branch?: string;
  readonly version?: string;
  readonly models: readonly string[];
  /** ms since 1970. */
  readonly first?: number;
  readonly last?: number;
  readonly turns: readonly Turn[];
  readonly tokens?: TokenUsage;
  /** Records that could not be read. They are kept in custody all the same. */
  readonly damaged: number;
  /** Record types that the adapter does not know, with their count. */
  readonly unknown: Readonly<Record<string, number>>;
}

/** One prompt with all that answers it. Turn 0 may have no prompt: what came before the first one. */
export interface Turn {
  readonly index: number;
  readonly started?: number;
  readonly prompt?: string;
  /** The person went back to before this turn: it is kept, and no part of the conversation that went on. */
  readonly abandoned?: boolean;
  readonly entries: readonly Entry[];
}

interface EntryBase {
  readonly at?: number;
  /** Set when a sub-agent wrote it. */
  readonly subagent?: string;
  readonly model?: string;
}

export type Entry = EntryBase &
  (
    | { readonly kind: "message"; readonly text: string }
    | { readonly kind: "reasoning"; readonly text: string; readonly sealed?: boolean }
    | { readonly kind: "tool-call"; readonly call: string; readonly tool: string; readonly input: unknown }
    | { readonly kind: "tool-result"; readonly call: string; readonly text: string; readonly failed?: boolean; readonly exitCode?: number }
    | { readonly kind: "edit"; readonly call?: string; readonly path: string; readonly before?: string; readonly after?: string; readonly patch?: string }
    | { readonly kind: "compaction"; readonly summary?: string }
    | { readonly kind: "interruption"; readonly text?: string }
    | { readonly kind: "rejection"; readonly text?: string }
    | { readonly kind: "error"; readonly text: string }
    | { readonly kind: "note"; readonly text: string }
  );

/** In tokens. `input` without what came from a cache; `output` with `reasoning`. */
export interface TokenUsage {
  readonly input?: number;
  readonly output?: number;
  readonly reasoning?: number;
  readonly cacheRead?: number;
  readonly cacheWrite?: number;
}
