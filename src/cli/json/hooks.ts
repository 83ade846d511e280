import type { HookEntry } from "../../ports/hooks.ts";
import type { NamedHookPlan } from "../world.ts";
import { SCHEMAS } from "./schemas.ts";

export function hookPlansJson(done: boolean, plans: readonly NamedHookPlan[]) {
  return {
    schema: SCHEMAS.hooks,
    done,
    places: plans.map(({ place, changes, byHand }) => ({ place, changes: changes.map(({ where, what }) => ({ where, what })), byHand: byHand.map(({ where, lines }) => ({ where, lines })) })),
  };
}

export function hookStatesJson(places: readonly { readonly place: string; readonly entries: readonly HookEntry[] }[]) {
  return { schema: SCHEMAS.hooks, places: places.map(({ place, entries }) => ({ place, entries: entries.map(({ event, state, where, note }) => ({ event, state, where, note })) })) };
}
