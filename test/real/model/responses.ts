import { list, record, text, type Json } from "./json.ts";
import { TOKENS, type Protocol } from "./protocol.ts";
import type { Reply, Said } from "./script.ts";

/** OpenAI's Responses, `POST …/responses`. */
export const responses: Protocol = {
  takes: (path) => path.endsWith("/responses"),
  hear: (body) => ({
    protocol: "responses",
    tools: list(body["tools"]).map((tool) => text(record(tool)["name"])),
    said: [
      { role: "system", text: text(body["instructions"]) },
      ...(typeof body["input"] === "string" ? [{ role: "user", text: body["input"] } as const] : list(body["input"]).flatMap((item) => saidIn(record(item)))),
    ],
  }),
  send(reply, body, _path, id) {
    const item = itemOf(reply, id);
    const usage = {
      input_tokens: TOKENS.input,
      input_tokens_details: { cached_tokens: TOKENS.cached },
      output_tokens: TOKENS.output,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: TOKENS.input + TOKENS.output,
    };
    const head = { id: `resp_${id}`, object: "response", created_at: 1_700_000_000, model: text(body["model"]), parallel_tool_calls: false };
    const response = { ...head, status: "completed", output: [item], usage };
    if (body["stream"] !== true) return { json: response };
    const words = "answer" in reply ? [{ type: "response.output_text.delta", item_id: item.id, output_index: 0, content_index: 0, delta: reply.answer }] : [];
    const events: readonly Json[] = [
      { type: "response.created", response: { ...head, status: "in_progress", output: [] } },
      { type: "response.output_item.added", output_index: 0, item: { ...item, status: "in_progress", ...("content" in item ? { content: [] } : {}) } },
      ...words,
      { type: "response.output_item.done", output_index: 0, item },
      { type: "response.completed", response },
    ];
    return { events: events.map((data, sequence_number) => ({ name: text(data["type"]), data: { ...data, sequence_number } })) };
  },
};

function itemOf(reply: Reply, id: string) {
  if ("answer" in reply) return { type: "message", id: `msg_${id}`, role: "assistant", status: "completed", content: [{ type: "output_text", text: reply.answer, annotations: [] }] };
  const call = { call_id: `call_${id}`, name: reply.tool, status: "completed" };
  if ("text" in reply) return { type: "custom_tool_call", id: `ctc_${id}`, ...call, input: reply.text };
  return { type: "function_call", id: `fc_${id}`, ...call, arguments: JSON.stringify(reply.input) };
}

function words(content: unknown): string {
  if (typeof content === "string") return content;
  return list(content).map((part) => text(record(part)["text"])).join("\n");
}

function saidIn(item: Json): readonly Said[] {
  const type = text(item["type"]);
  if (type.endsWith("_call_output")) return [{ role: "result", text: words(item["output"]) }];
  if (type === "function_call") return [{ role: "assistant", text: text(item["arguments"]) }];
  if (type === "custom_tool_call") return [{ role: "assistant", text: text(item["input"]) }];
  const role = item["role"];
  if (role === "user" || role === "assistant") return [{ role, text: words(item["content"]) }];
  return [{ role: "system", text: words(item["content"]) }];
}
