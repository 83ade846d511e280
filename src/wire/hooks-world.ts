import { gitHooks } from "../adapters/hooks/git-hooks.ts";
import type { HooksOptions, HooksWorld, NamedHookPlan } from "../cli/world.ts";
import { HxError } from "../domain/errors.ts";
import type { HookEntry, HookPlace, HookPlan } from "../ports/hooks.ts";
import { agentHooksOf } from "./agent-hooks.ts";
import { findClone, openClone } from "./clone.ts";
import type { Settings } from "./settings.ts";

/** Git's hooks of this repository first, then those of the agents. */
export async function hookPlaces(settings: Settings, directory: string, project: boolean): Promise<readonly HookPlace[]> {
  const { repository } = await openClone(settings, directory);
  const git = gitHooks({ repository, hxCommand: settings.hxCommand });
  return [named("git", git), ...agentHooksOf(settings, project ? repository.checkout.top : null)];
}

/**
 * The hooks of each agent that has some, by its name: those of the person or of the project, whichever of the two has more installed.
 * Outside of a repository: those of the person.
 */
export async function agentEntries(settings: Settings, directory: string): Promise<ReadonlyMap<string, readonly HookEntry[]>> {
  const top = (await findClone(settings, directory))?.repository.checkout.top ?? null;
  const best = new Map<string, readonly HookEntry[]>();
  for (const place of [...agentHooksOf(settings, null), ...(top === null ? [] : agentHooksOf(settings, top))]) {
    const [entries, before] = [await place.state(), best.get(place.name)];
    if (before === undefined || countInstalled(entries) > countInstalled(before)) best.set(place.name, entries);
  }
  return best;
}

export function countInstalled(entries: readonly HookEntry[]): number {
  return entries.filter(({ state }) => state === "installed").length;
}

export function hooksWorld(settings: Settings, directory: string): HooksWorld {
  const each = async (options: HooksOptions, act: (place: HookPlace) => Promise<HookPlan>): Promise<readonly NamedHookPlan[]> => {
    const plans: NamedHookPlan[] = [];
    for (const place of await wanted(settings, directory, options)) plans.push({ place: place.name, ...(await act(place)) });
    return plans;
  };
  return {
    plan: (verb, options) => each(options, async (place) => (verb === "install" ? place.plan() : removal(await place.state()))),
    install: (options) => each(options, (place) => place.install()),
    remove: (options) => each(options, (place) => place.remove()),
    async status() {
      const places = await hookPlaces(settings, directory, false);
      return Promise.all(places.map(async (place) => ({ place: place.name, entries: await place.state() })));
    },
  };
}

async function wanted(settings: Settings, directory: string, options: HooksOptions): Promise<readonly HookPlace[]> {
  const places = await hookPlaces(settings, directory, options.project);
  const unknown = options.places.find((name) => places.every((place) => place.name !== name));
  if (unknown !== undefined) throw new HxError("usage", `hx installs no hooks of '${unknown}'`, { hints: ["hx hooks status"] });
  return options.places.length === 0 ? places : places.filter(({ name }) => options.places.includes(name));
}

function named(name: string, place: HookPlace): HookPlace {
  return { name, plan: () => place.plan(), install: () => place.install(), remove: () => place.remove(), state: () => place.state() };
}

/** What a removal would do, from what is there. */
function removal(entries: readonly HookEntry[]): HookPlan {
  const there = entries.filter(({ state }) => state !== "absent");
  return { changes: there.map(({ event, where }) => ({ where, what: `remove the ${event} hook` })), byHand: [] };
}
