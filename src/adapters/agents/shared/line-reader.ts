import type { RecordReader } from "../../../ports/agent.ts";
import { asBuffer } from "./json-scan.ts";
import type { ReaderState } from "./reader-state.ts";
import { copyOf, factsOf } from "./reader-state.ts";

export interface LineReaderOptions<State extends ReaderState> {
  /** Changed by `take`: its fields are replaced, never changed deeper than `titles`. */
  readonly state: State;
  /** Takes one line. @returns the directory in which it ran, when it says it */
  readonly take: (line: Buffer, state: State) => string | undefined;
  /** What stays when records are forgotten: where those that follow ran, and whose they are. */
  readonly place?: (state: State) => Partial<State>;
  /** The state that tells the facts, where it is another. */
  readonly told?: (state: State) => ReaderState;
}

/** A reader of records that needs nothing but its state. */
export function lineReader<State extends ReaderState>({ take, place, told, ...options }: LineReaderOptions<State>): RecordReader {
  let state = options.state;
  let kept = copyOf(state);
  return {
    take: (line) => take(asBuffer(line), state),
    keep: () => void (kept = copyOf(state)),
    forget: () => void (state = { ...copyOf(kept), ...place?.(state) }),
    facts: () => factsOf(told?.(state) ?? state),
    state: () => structuredClone(state),
  };
}
