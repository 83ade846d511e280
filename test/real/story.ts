import { join } from "node:path";
import type { RealAgent } from "./agent.ts";
import type { Heard, ScriptedTurn } from "./model/script.ts";

/** What the person asks, run by run. No two hold each other's words. */
export const prompts = {
  first: "Write a note about kestrels and commit it.",
  second: "Read the note to me.",
  third: "Go on where we were: which bird comes next?",
  short: "Say one word.",
} as const;

export const answers = { first: "The note is written and committed.", second: "It says that the kestrel hovers.", third: "The osprey comes next.", short: "Word.", handoff: "I go on from there." } as const;
const note = "The kestrel hovers over number 4711.\n";

/**
 * What the model does in the checkout: a file, commands that commit it, a command that reads it. Droid refuses to add and commit in one.
 * A brief quotes the other prompts, so its turns come first: it is told where it lies, and then read, or it is the prompt.
 */
export function storyOf(agent: RealAgent, checkout: string): readonly ScriptedTurn[] {
  return [
    { prompt: "Read .hx/handoff/", calls: [agent.run("cat .hx/handoff/*.md")], answer: answers.handoff },
    { prompt: "# Handoff: ", calls: [], answer: answers.handoff },
    { prompt: prompts.first, calls: [agent.write(join(checkout, "note.md"), note), agent.run("git add note.md"), agent.run("git commit -q -m note")], answer: answers.first },
    { prompt: prompts.second, calls: [agent.run("cat note.md")], answer: answers.second },
    { prompt: prompts.third, calls: [], answer: answers.third },
    { prompt: prompts.short, calls: [], answer: answers.short },
  ];
}

/** What of the first two turns a later request does not hold; nothing, when the agent knows them. */
export function forgotten({ said }: Heard): readonly string[] {
  const holds = (role: string, text: string): boolean => said.some((one) => one.role === role && one.text.includes(text));
  return [
    ...[prompts.first, prompts.second].filter((text) => !holds("user", text)),
    ...[answers.first, answers.second].filter((text) => !holds("assistant", text)),
    ...[note.trim()].filter((text) => !holds("result", text)),
  ];
}

/** Whether a request holds what the command of the second turn printed: else a later one cannot either. */
export function wasRead({ said }: Heard): boolean {
  return said.some(({ role, text }) => role === "result" && text.includes(note.trim()));
}

export function isAbout(heard: Heard, prompt: string): boolean {
  return heard.said.some(({ role, text }) => role === "user" && text.includes(prompt));
}
