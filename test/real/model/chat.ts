import { list, record, text, type Json } from "./json.ts";
import { TOKENS, type Protocol } from "./protocol.ts";
import type { Said } from "./script.ts";

/** OpenAI's Chat Completions, `POST …/chat/completions`. */
export const chat: Protocol = {
  takes: (path) => path.endsWith("/chat/completions"),
  hear: (body) => ({
    protocol: "chat",
    tools: list(body["tools"]).map((tool) => text(record(record(tool)["function"])["name"])),
    said: list(body["messages"]).flatMap((message) => saidIn(record(message))),
  }),
  send(reply, body, _path, id) {
    const answer = "answer" in reply;
    const call = answer ? null : { id: `call_${id}`, type: "function", function: { name: reply.tool, arguments: JSON.stringify("input" in reply ? reply.input : { input: reply.text }) } };
    const message = { role: "assistant", content: answer ? reply.answer : null, ...(call === null ? {} : { tool_calls: [call] }) };
    const finish_reason = answer ? "stop" : "tool_calls";
    const head = { id: `chatcmpl-${id}`, created: 1_700_000_000, model: text(body["model"]) };
    const usage = { prompt_tokens: TOKENS.input, completion_tokens: TOKENS.output, total_tokens: TOKENS.input + TOKENS.output, prompt_tokens_details: { cached_tokens: TOKENS.cached } };
    if (body["stream"] !== true) return { json: { ...head, object: "chat.completion", choices: [{ index: 0, message, finish_reason }], usage } };
    const chunk = { ...head, object: "chat.completion.chunk" };
    const delta = call === null ? message : { ...message, tool_calls: [{ index: 0, ...call }] };
    return {
      events: [
        { data: { ...chunk, choices: [{ index: 0, delta, finish_reason: null }] } },
        { data: { ...chunk, choices: [{ index: 0, delta: {}, finish_reason }] } },
        { data: { ...chunk, choices: [], usage } },
        { data: "[DONE]" },
      ],
    };
  },
};

function words(content: unknown): string {
  if (typeof content === "string") return content;
  return list(content).map((part) => text(record(part)["text"])).join("\n");
}

function saidIn(message: Json): readonly Said[] {
  const content = words(message["content"]);
  if (message["role"] === "tool") return [{ role: "result", text: content }];
  if (message["role"] === "user") return [{ role: "user", text: content }];
  if (message["role"] !== "assistant") return [{ role: "system", text: content }];
  const calls = list(message["tool_calls"]).map((call) => text(record(record(call)["function"])["arguments"]));
  return [content, ...calls].filter((one) => one !== "").map((one) => ({ role: "assistant", text: one }));
}
