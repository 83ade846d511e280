import type { Json } from "../shared/record.ts";
import { idOf } from "./messages.ts";

/** Which messages are still part of the conversation, and which turns the person went back from. */
export interface Rewinds {
  /** @param turn handle of the turn that the message begins */
  enter(id: string, turn: number | undefined): void;
  /** A list took the place of all messages before. */
  replace(messages: readonly Json[]): void;
  /** Drops a message and those after it; all, when it is not known. @returns handles of turns that began there */
  rewind(to: string): readonly number[];
}

export function rewinds(): Rewinds {
  const turns = new Map<string, number>();
  let live: string[] = [];
  return {
    enter(id, turn) {
      if (turn !== undefined) turns.set(id, turn);
      live.push(id);
    },
    replace: (messages) => void (live = messages.map(idOf)),
    rewind(to) {
      const dropped = live.splice(Math.max(0, live.indexOf(to)));
      return dropped.flatMap((id) => turns.get(id) ?? []);
    },
  };
}
