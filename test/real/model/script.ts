/** One thing that somebody said in a conversation, as any of the protocols carries it. */
export interface Said {
  readonly role: "system" | "user" | "assistant" | "result";
  /** Of `assistant`: its words, and the arguments of its calls as JSON. Of `result`: what a tool gave back. */
  readonly text: string;
}

/** One request that an agent made. */
export interface Heard {
  readonly protocol: "anthropic" | "chat" | "responses" | "gemini";
  /** Names of the tools that the agent offers. */
  readonly tools: readonly string[];
  readonly said: readonly Said[];
}

/** A tool to call: with named arguments, or with a text alone, where the agent takes one (Codex' `apply_patch`). */
export type Call = { readonly tool: string; readonly input: Readonly<Record<string, unknown>> } | { readonly tool: string; readonly text: string };

/** What the model says next. */
export type Reply = { readonly answer: string } | Call;

export interface ScriptedTurn {
  /** Words of the prompt that this turn belongs to; no other turn's prompt holds them. */
  readonly prompt: string;
  /** Called one after the other, each after the result of the one before. */
  readonly calls: readonly Call[];
  readonly answer: string;
}

/** What is said to a request that no turn belongs to, as agents make them for titles and summaries. */
export const ELSE = "Noted.";

/**
 * The reply to a request, from the request alone: the last prompt in it says which turn it is, the results behind that
 * prompt how far it got. So an agent may ask again, or ask for something else in between, and nothing gets out of step.
 */
export function replyTo(script: readonly ScriptedTurn[], { said, tools }: Heard): Reply {
  const at = said.findLastIndex(({ role, text }) => role === "user" && script.some(({ prompt }) => text.includes(prompt)));
  const turn = script.find(({ prompt }) => said[at]?.text.includes(prompt));
  if (turn === undefined) return { answer: ELSE };
  const done = said.slice(at + 1).filter(({ role }) => role === "result").length;
  const next = turn.calls[done];
  // A request without tools wants words: a title, most often.
  return next !== undefined && tools.includes(next.tool) ? next : { answer: turn.answer };
}
