import { list, record, text, type Json } from "./json.ts";
import { TOKENS, type Protocol } from "./protocol.ts";
import type { Reply, Said } from "./script.ts";

/** Messages, `POST …/v1/messages`. */
export const anthropic: Protocol = {
  takes: (path) => path.endsWith("/messages"),
  hear: (body) => ({
    protocol: "anthropic",
    tools: list(body["tools"]).map((tool) => text(record(tool)["name"])),
    said: [{ role: "system", text: words(body["system"]) }, ...list(body["messages"]).flatMap((message) => saidIn(record(message)))],
  }),
  send(reply, body, _path, id) {
    const block = blockOf(reply, id);
    const message = { id: `msg_${id}`, type: "message", role: "assistant", model: text(body["model"]), content: [] as unknown[], stop_reason: null, stop_sequence: null };
    const stop = { stop_reason: "answer" in reply ? "end_turn" : "tool_use", stop_sequence: null };
    const usage = { input_tokens: TOKENS.input - TOKENS.cached, cache_creation_input_tokens: 0, cache_read_input_tokens: TOKENS.cached, output_tokens: TOKENS.output };
    if (body["stream"] !== true) return { json: { ...message, ...stop, content: [block], usage } };
    const empty = block.type === "text" ? { ...block, text: "" } : { ...block, input: {} };
    const delta = block.type === "text" ? { type: "text_delta", text: block.text } : { type: "input_json_delta", partial_json: JSON.stringify(block.input) };
    const events: readonly Json[] = [
      { type: "message_start", message: { ...message, usage: { ...usage, output_tokens: 1 } } },
      { type: "content_block_start", index: 0, content_block: empty },
      { type: "content_block_delta", index: 0, delta },
      { type: "content_block_stop", index: 0 },
      { type: "message_delta", delta: stop, usage: { output_tokens: TOKENS.output } },
      { type: "message_stop" },
    ];
    return { events: events.map((data) => ({ name: text(data["type"]), data })) };
  },
};

function blockOf(reply: Reply, id: string) {
  if ("answer" in reply) return { type: "text", text: reply.answer } as const;
  return { type: "tool_use", id: `toolu_${id}`, name: reply.tool, input: "input" in reply ? reply.input : { input: reply.text } } as const;
}

function words(content: unknown): string {
  if (typeof content === "string") return content;
  return list(content).map((block) => text(record(block)["text"])).join("\n");
}

function saidIn(message: Json): readonly Said[] {
  const role = message["role"] === "assistant" ? "assistant" : "user";
  const content = message["content"];
  if (typeof content === "string") return [{ role, text: content }];
  return list(content).map((one): Said => {
    const block = record(one);
    if (block["type"] === "tool_result") return { role: "result", text: words(block["content"]) };
    if (block["type"] === "tool_use") return { role, text: JSON.stringify(block["input"]) };
    return { role, text: text(block["text"]) };
  });
}
