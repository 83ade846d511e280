import { QUIET_MS } from "../app/capture/quiet.ts";
import type { Captured } from "../app/sessions/capture-all.ts";
import type { HookWorld } from "../hooks/world.ts";
import type { CaptureWatch } from "./hooks.ts";
import { IdleNote, placeOf, type Mark } from "./idle.ts";
import { readSettings } from "./settings.ts";

/** The world of hooks behind a look whether anything changed at all: only when something did, the rest of hx is loaded. */
export function quickHookWorld(): HookWorld {
  const settings = readSettings();
  const whole = async (watch?: CaptureWatch): Promise<HookWorld> => (await import("./hooks.ts")).hookWorld(watch);
  return {
    async captureAll(directory) {
      const place = await placeOf(directory);
      const note = place === null ? null : new IdleNote(settings, place);
      if (note !== null && (await note.holds())) return;
      await (await whole(note === null ? undefined : await watchFor(note))).captureAll(directory);
    },
    captureSession: async (agent, payload, directory) => (await whole()).captureSession(agent, payload, directory),
    pushWaiting: async (directory, options) => (await whole()).pushWaiting(directory, options),
  };
}

/**
 * Notes that there is nothing more to do, when a capture says so. Both looks are taken before it: what changes while it
 * runs differs from the note, and is found by the next hook.
 */
async function watchFor(note: IdleNote): Promise<CaptureWatch> {
  const started = Date.now();
  const around = await note.around();
  let sources: Mark | null = null;
  let asked: readonly string[] = [];
  return {
    async before(directories) {
      asked = directories;
      sources = await note.sources(directories);
    },
    async after(captured) {
      // A file that is written to now may end in half a line, which is taken later although the file stays the same.
      if (sources !== null && sources.newestMs < started - QUIET_MS && captured.every(isSettled)) await note.write(around, sources, asked);
    },
  };
}

function isSettled({ outcome }: Captured): boolean {
  return outcome.kind !== "failed" && outcome.kind !== "busy";
}
