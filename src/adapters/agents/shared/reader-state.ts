import type { SessionFacts } from "../../../ports/agent.ts";
import { isJson, listOf, numberOf, objectOf, textOf } from "./record.ts";

/** What a reader has seen. JSON; kept between captures. */
export interface ReaderState {
  /** `given` by the person, `made` by the agent, `asked` first. */
  titles: { given?: string | undefined; made?: string | undefined; asked?: string | undefined };
  branch?: string | undefined;
  version?: string | undefined;
  parent?: string | undefined;
  models: string[];
  first?: number | undefined;
  last?: number | undefined;
  prompts: number;
  damaged: number;
}

export function emptyState(): ReaderState {
  return { titles: {}, models: [], prompts: 0, damaged: 0 };
}

/** A copy that does not change with the original. The list of models is replaced, never changed. */
export function copyOf<State extends ReaderState>(state: State): State {
  return { ...state, titles: { ...state.titles } };
}

/** A state out of a cache: whatever is not as it should be starts anew. */
export function loadState(earlier: unknown): ReaderState {
  if (!isJson(earlier)) return emptyState();
  const titles = objectOf(earlier, "titles");
  return {
    titles: { given: textOf(titles, "given"), made: textOf(titles, "made"), asked: textOf(titles, "asked") },
    branch: textOf(earlier, "branch"),
    version: textOf(earlier, "version"),
    parent: textOf(earlier, "parent"),
    models: listOf(earlier, "models").filter((model) => typeof model === "string"),
    first: numberOf(earlier, "first"),
    last: numberOf(earlier, "last"),
    prompts: numberOf(earlier, "prompts") ?? 0,
    damaged: numberOf(earlier, "damaged") ?? 0,
  };
}

export function seenAt(state: ReaderState, time: number | undefined): void {
  if (time === undefined) return;
  state.first = Math.min(state.first ?? time, time);
  state.last = Math.max(state.last ?? time, time);
}

export function seenModel(state: ReaderState, model: string): void {
  if (!state.models.includes(model)) state.models = [...state.models, model];
}

export function factsOf(state: ReaderState): SessionFacts {
  const title = state.titles.given ?? state.titles.made ?? state.titles.asked;
  return {
    ...(title === undefined ? {} : { title }),
    ...(state.branch === undefined ? {} : { branch: state.branch }),
    ...(state.version === undefined ? {} : { version: state.version }),
    ...(state.models.length === 0 ? {} : { models: [...state.models] }),
    ...(state.first === undefined ? {} : { first: state.first }),
    ...(state.last === undefined ? {} : { last: state.last }),
    ...(state.parent === undefined ? {} : { parent: state.parent }),
    turns: state.prompts,
    damaged: state.damaged,
  };
}
