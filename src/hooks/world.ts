import type { HookPayload } from "../ports/agent.ts";

/** What the fast lane asks of the rest of hx. Made by `quickHookWorld` in src/wire/hook-lane-world.ts, loaded only when a hook has work. */
export interface HookWorld {
  /** Captures every session of the agents present that belongs to the repository around the directory. */
  captureAll(directory: string): Promise<void>;
  /** Captures the session that a payload speaks of. The payload is not trusted. */
  captureSession(agent: string, payload: HookPayload, directory: string): Promise<void>;
  /** Pushes what waits; without anything to send it touches no network. `deadlineMs`: how long it may take. */
  pushWaiting(directory: string, options: { readonly awaited: boolean; readonly deadlineMs: number }): Promise<void>;
}
