import type { RealAgent } from "./agent.ts";
import type { Heard } from "./model/script.ts";
import { forgotten, prompts } from "./story.ts";
import { missingFrom, type Hashes } from "./stored.ts";
import type { Fired } from "./trace.ts";

// Each says why a check does not hold, and nothing when it does.

/** @param runs of the agent: every run has to tell of each event */
export function whyNotFired({ name, hooks }: Pick<RealAgent, "name" | "hooks">, fired: readonly Fired[], runs: number): string {
  const own = fired.filter(({ hook }) => hook === `agent ${name}`);
  const times = (event: string): number => own.filter((one) => one.event === event).length;
  return [
    ...(own.length === 0 ? [`no hook of ${name} called hx`] : own.length < runs ? [`hooks called hx ${own.length} times in ${runs} runs`] : []),
    ...hooks.filter((event) => times(event) < runs).map((event) => `'${event}' came ${times(event)} times in ${runs} runs`),
    ...own.filter(({ code }) => code !== undefined && code !== 0).map(({ event, code }) => `hx ended with ${code}, called for '${event ?? "an event without a name"}'`),
  ].join("\n");
}

/**
 * @param kept the agent's files
 * @param raw what hx gives back
 * @param files whether the store is of files, so that they can be found in what hx gives back
 */
export function whyNotCaptured(kept: Hashes, raw: Hashes, files: boolean): string {
  if (raw.size === 0) return "hx gives back nothing";
  if (!files) return "";
  if (kept.size === 0) return "the agent wrote nothing";
  return missingFrom(kept, raw).map((path) => `'${path}' is not among what hx gives back`).join("\n");
}

export interface Restored {
  /** What hx gave back where the session ran, and in the other clone. */
  readonly raw: Hashes;
  readonly again: Hashes;
  /** The agent's files where the session ran, and where they were restored, with the checkout's path turned back. */
  readonly kept: Hashes;
  readonly placed: Hashes;
  /** Of a database: what the agent prints of the session here and there. */
  readonly dumps?: readonly [string, string];
}

export function whyNotRestored({ raw, again, kept, placed, dumps }: Restored): string {
  return [
    ...(raw.size === 0 ? ["there is nothing to restore"] : []),
    ...missingFrom(raw, again).map((path) => `'${path}' is not the same in the other clone`),
    ...missingFrom(kept, placed).map((path) => `'${path}' is not among what was restored, but for the checkout's path`),
    ...(dumps === undefined || (dumps[0] !== "" && dumps[0] === dumps[1]) ? [] : ["the agent does not print the same of the session"]),
  ].join("\n");
}

/** @param asked what the model heard of the run that went on with the session */
export function whyNotResumed(asked: readonly Heard[]): string {
  const best = asked.map(forgotten).sort((a, b) => a.length - b.length)[0];
  return best === undefined ? "the model was not asked" : best.map((text) => `its request does not hold '${text}'`).join("\n");
}

/**
 * @param asked what the model heard after the command that `hx handoff` printed was run
 * @param session hx's id of it: the brief names its turns by it
 */
export function whyNotHanded(asked: readonly Heard[], session: string): string {
  const wanted = [prompts.first, `hx show ${session}`, "note.md"];
  const absent = asked.map(({ said }) => {
    const brief = said.filter(({ role }) => role === "user" || role === "result").map(({ text }) => text).join("\n");
    return wanted.filter((text) => !brief.includes(text));
  });
  const best = absent.sort((a, b) => a.length - b.length)[0];
  return best === undefined ? "the model was not asked" : best.map((text) => `no request holds '${text}' of the brief`).join("\n");
}
