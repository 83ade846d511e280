import { stat } from "node:fs/promises";
import type { Agent } from "../ports/agent.ts";
import type { Settings } from "./settings.ts";

/** One agent, as far as it is known before its adapter is loaded. */
export interface WiredAgent {
  readonly name: string;
  readonly title: string;
  /** What a person types to start it. */
  readonly program: string;
  /** What a person types to go on with a session; null where the agent has no such command. */
  resume(id: string): string | null;
  /** Days after which it deletes a session by default; absent: it keeps them. */
  readonly keepsDays?: number;
  /** Where its stores may lie, absolute; empty for one without a store of its own. */
  places(settings: Settings): readonly string[];
  /** Whether one of the places is there: a `stat` for each, and no adapter is loaded. One without a store of its own always is. */
  present(settings: Settings): Promise<boolean>;
  load(settings: Settings): Promise<Agent>;
}

export interface AgentLine<Options> {
  readonly name: string;
  readonly title: string;
  /** Absent: its name. */
  readonly program?: string;
  /** Absent: it has no command that goes on with a session. */
  readonly resume?: (id: string) => string;
  /** Days after which it deletes a session by default; absent: it keeps them. */
  readonly keepsDays?: number;
  readonly options: (settings: Settings) => Options;
  /**
   * Where its stores may lie, absolute; from a module that loads nothing of the adapter. Absent: it has no store of its own
   * (its sessions lie in the checkouts), and is always looked at.
   */
  readonly roots?: (options: Options) => readonly string[];
  /** Imports the adapter. */
  readonly adapter: () => Promise<(options: Options) => Agent>;
}

export function wired<Options>({ name, title, program = name, resume, keepsDays, options, roots, adapter }: AgentLine<Options>): WiredAgent {
  const places = (settings: Settings): readonly string[] => roots?.(options(settings)) ?? [];
  return {
    name,
    title,
    program,
    resume: (id) => resume?.(id) ?? null,
    ...(keepsDays === undefined ? {} : { keepsDays }),
    places,
    async present(settings) {
      return roots === undefined || (await Promise.all(places(settings).map(isThere))).includes(true);
    },
    load: async (settings) => (await adapter())(options(settings)),
  };
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(() => true, () => false);
}

/** An option that an environment variable gives. An empty one counts as unset. */
export function given<Key extends string>(key: Key, value: string | undefined): { readonly [K in Key]?: string } {
  return value === undefined || value === "" ? {} : ({ [key]: value } as { readonly [K in Key]: string });
}
