import type { Entry, SessionView, TokenUsage, Turn } from "../../../domain/view.ts";

interface OpenTurn {
  started?: number;
  prompt?: string;
  abandoned?: boolean;
  entries: Entry[];
}

/** Collects the turns of a view in the order of the records. */
export interface ViewBuilder {
  /** Begins a turn. @returns a handle for `abandon` */
  prompt(text: string, at: number | undefined): number;
  /** Adds to the turn that is open. */
  add(entry: Entry): void;
  /** Adds behind the first entry that fits; at the turn that ran at the time of the first entry when none fits. */
  insert(entries: readonly Entry[], fits: ((entry: Entry) => boolean) | undefined): void;
  abandon(handle: number): void;
  /** The handle of the turn that is open; undefined before the first. It is its `index` in the view. */
  current(): number | undefined;
  damaged(count?: number): void;
  unknown(type: string): void;
  model(name: string | undefined): void;
  build(fields: Omit<SessionView, "turns" | "damaged" | "unknown" | "models">): SessionView;
}

export function viewBuilder(): ViewBuilder {
  const turns: OpenTurn[] = [];
  const unknown = new Map<string, number>();
  const models = new Set<string>();
  let damaged = 0;
  const open = (): OpenTurn => {
    const last = turns.at(-1);
    if (last !== undefined) return last;
    const first: OpenTurn = { entries: [] };
    turns.push(first);
    return first;
  };
  return {
    prompt(text, at) {
      turns.push({ prompt: text, ...(at === undefined ? {} : { started: at }), entries: [] });
      return turns.length - 1;
    },
    add: (entry) => void open().entries.push(entry),
    insert(entries, fits) {
      for (const turn of fits === undefined ? [] : turns) {
        const at = turn.entries.findIndex((entry) => fits?.(entry) === true);
        if (at < 0) continue;
        turn.entries.splice(at + 1, 0, ...entries);
        return;
      }
      const time = entries[0]?.at;
      const running = time === undefined ? undefined : turns.findLast((turn) => (turn.started ?? Number.POSITIVE_INFINITY) <= time);
      (running ?? open()).entries.push(...entries);
    },
    abandon(handle) {
      const turn = turns[handle];
      if (turn !== undefined) turn.abandoned = true;
    },
    current: () => (turns.length === 0 ? undefined : turns.length - 1),
    damaged: (count = 1) => void (damaged += count),
    unknown: (type) => void unknown.set(type.slice(0, 80), (unknown.get(type.slice(0, 80)) ?? 0) + 1),
    model: (name) => void (name === undefined || models.add(name)),
    build: (fields) => ({
      ...fields,
      models: [...models],
      turns: turns.map((turn, index): Turn => ({ index, ...turn })),
      damaged,
      unknown: Object.fromEntries([...unknown].sort(([a], [b]) => (a < b ? -1 : 1))),
    }),
  };
}

/** The sum of two usages; a field that neither has stays absent. */
export function plus(a: TokenUsage, b: TokenUsage): TokenUsage {
  return combine(a, b, (x, y) => x + y);
}

/** The greater of each field. */
export function greatest(a: TokenUsage, b: TokenUsage): TokenUsage {
  return combine(a, b, Math.max);
}

const FIELDS = ["input", "output", "reasoning", "cacheRead", "cacheWrite"] as const;

function combine(a: TokenUsage, b: TokenUsage, how: (x: number, y: number) => number): TokenUsage {
  const result: { -readonly [Key in keyof TokenUsage]: number } = {};
  for (const field of FIELDS) {
    const x = a[field];
    const y = b[field];
    if (x !== undefined || y !== undefined) result[field] = how(x ?? 0, y ?? 0);
  }
  return result;
}
