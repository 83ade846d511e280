import { list, record, text, type Json } from "./json.ts";
import { TOKENS, type Protocol } from "./protocol.ts";
import type { Said } from "./script.ts";

/** Gemini, `POST …/models/<model>:generateContent`, and `:streamGenerateContent`. */
export const gemini: Protocol = {
  takes: (path) => /:(stream)?[gG]enerateContent$/.test(path),
  hear: (body) => ({
    protocol: "gemini",
    tools: list(body["tools"]).flatMap((tool) => list(record(tool)["functionDeclarations"]).map((one) => text(record(one)["name"]))),
    said: [{ role: "system", text: words(record(body["systemInstruction"])) }, ...list(body["contents"]).flatMap((content) => saidIn(record(content)))],
  }),
  send(reply, _body, path, id) {
    const part = "answer" in reply ? { text: reply.answer } : { functionCall: { name: reply.tool, args: "input" in reply ? reply.input : { input: reply.text } } };
    const said = {
      candidates: [{ index: 0, content: { role: "model", parts: [part] }, finishReason: "STOP" }],
      usageMetadata: { promptTokenCount: TOKENS.input, cachedContentTokenCount: TOKENS.cached, candidatesTokenCount: TOKENS.output, totalTokenCount: TOKENS.input + TOKENS.output },
      modelVersion: /\/models\/([^:]+):/.exec(path)?.[1] ?? "",
      responseId: id,
    };
    return path.includes(":stream") ? { events: [{ data: said }] } : { json: said };
  },
};

function words(content: Json): string {
  return list(content["parts"]).map((part) => text(record(part)["text"])).join("\n");
}

function saidIn(content: Json): readonly Said[] {
  const role = content["role"] === "model" ? "assistant" : "user";
  return list(content["parts"]).map((one): Said => {
    const part = record(one);
    if (part["functionResponse"] !== undefined) return { role: "result", text: JSON.stringify(record(part["functionResponse"])["response"] ?? null) };
    if (part["functionCall"] !== undefined) return { role, text: JSON.stringify(record(part["functionCall"])["args"] ?? null) };
    return { role, text: text(part["text"]) };
  });
}
