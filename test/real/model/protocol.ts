import type { Json } from "./json.ts";
import type { Heard, Reply } from "./script.ts";

/** What the server answers with. */
export type Sent = { readonly json: unknown } | { readonly events: readonly SentEvent[] };

/** One event of a stream; `name` is its `event:` line, where the protocol has one. */
export interface SentEvent {
  readonly name?: string;
  readonly data: unknown;
}

/** One way to ask a model. */
export interface Protocol {
  /** Whether a path (without the query) is one of its requests for a reply. */
  takes(path: string): boolean;
  hear(body: Json): Heard;
  /** @param path with its query: Gemini asks for a stream there */
  send(reply: Reply, body: Json, path: string, id: string): Sent;
}

/** Tokens of every reply, the same always: what an agent counts is not what is tried. */
export const TOKENS = { input: 1_200, cached: 800, output: 40 } as const;
