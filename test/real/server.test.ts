import { afterEach, expect, it } from "vitest";
import { startModel, type ModelServer } from "./model/server.ts";
import type { ScriptedTurn } from "./model/script.ts";

const script: readonly ScriptedTurn[] = [
  {
    prompt: "write the note",
    calls: [
      { tool: "write", input: { path: "note.md", content: "kestrel" } },
      { tool: "patch", text: "*** Begin Patch" },
    ],
    answer: "It is written.",
  },
  { prompt: "go on", calls: [], answer: "Gone on." },
];

let model: ModelServer | undefined;
afterEach(async () => {
  await model?.close();
  model = undefined;
});

interface Event {
  readonly name?: string;
  readonly data: Record<string, unknown> | "[DONE]";
}

async function ask(path: string, body: unknown): Promise<string> {
  model ??= await startModel(script);
  const response = await fetch(model.url + path, { method: "POST", body: JSON.stringify(body) });
  expect(response.status).toBe(200);
  return response.text();
}

function events(stream: string): readonly Event[] {
  return stream.trimEnd().split("\n\n").map((block) => {
    const name = /^event: (.*)$/m.exec(block)?.[1];
    const data = /^data: (.*)$/m.exec(block)?.[1] ?? "";
    return { ...(name === undefined ? {} : { name }), data: data === "[DONE]" ? data : (JSON.parse(data) as Record<string, unknown>) };
  });
}

const user = (text: string): unknown => ({ role: "user", content: text });

it("speaks Anthropic's Messages: a call, the next one after its result, the answer after the last", async () => {
  const tools = [{ name: "write" }, { name: "patch" }];
  const messages: unknown[] = [{ role: "user", content: [{ type: "text", text: "please write the note" }, { type: "text", text: "<system-reminder>" }] }];
  const first = events(await ask("/v1/messages?beta=true", { model: "m", stream: true, tools, messages }));
  expect(first.map(({ name }) => name)).toEqual(["message_start", "content_block_start", "content_block_delta", "content_block_stop", "message_delta", "message_stop"]);
  expect(first[1]?.data).toMatchObject({ content_block: { type: "tool_use", name: "write", input: {} } });
  expect(first[2]?.data).toMatchObject({ delta: { type: "input_json_delta", partial_json: '{"path":"note.md","content":"kestrel"}' } });
  expect(first[4]?.data).toMatchObject({ delta: { stop_reason: "tool_use" } });
  messages.push({ role: "assistant", content: [{ type: "tool_use", id: "a", name: "write", input: { path: "note.md" } }] });
  messages.push({ role: "user", content: [{ type: "tool_result", tool_use_id: "a", content: [{ type: "text", text: "done: 7 bytes" }] }] });
  const second = JSON.parse(await ask("/v1/messages", { model: "m", tools, messages })) as Record<string, unknown>;
  expect(second).toMatchObject({ content: [{ type: "tool_use", name: "patch", input: { input: "*** Begin Patch" } }], stop_reason: "tool_use" });
  messages.push({ role: "user", content: [{ type: "tool_result", tool_use_id: "b", content: "ok" }] });
  const third = events(await ask("/v1/messages", { model: "m", stream: true, tools, messages }));
  expect(third[2]?.data).toMatchObject({ delta: { type: "text_delta", text: "It is written." } });
  expect(model?.heard().at(-1)?.said).toContainEqual({ role: "result", text: "done: 7 bytes" });
});

it("speaks Chat Completions, streamed and whole", async () => {
  const tools = [{ type: "function", function: { name: "write" } }];
  const first = events(await ask("/v1/chat/completions", { model: "m", stream: true, tools, messages: [{ role: "system", content: "s" }, user("write the note")] }));
  expect(first.at(-1)?.data).toBe("[DONE]");
  expect(first[0]?.data).toMatchObject({ choices: [{ delta: { tool_calls: [{ index: 0, type: "function", function: { name: "write", arguments: '{"path":"note.md","content":"kestrel"}' } }] } }] });
  expect(first[1]?.data).toMatchObject({ choices: [{ finish_reason: "tool_calls" }] });
  expect(first[2]?.data).toMatchObject({ choices: [], usage: { prompt_tokens: 1_200 } });
  const later = [user("write the note"), { role: "assistant", content: null, tool_calls: [{ function: { arguments: "{}" } }] }, { role: "tool", content: "done" }];
  const answer = JSON.parse(await ask("/v1/chat/completions", { model: "m", tools, messages: later })) as unknown;
  expect(answer).toMatchObject({ choices: [{ message: { role: "assistant", content: "It is written." }, finish_reason: "stop" }] });
});

it("speaks Responses: functions, tools that take a text, words", async () => {
  const tools = [{ type: "function", name: "write" }, { type: "custom", name: "patch" }];
  const input: unknown[] = [{ type: "message", role: "user", content: [{ type: "input_text", text: "write the note" }] }];
  const first = events(await ask("/v1/responses", { model: "m", stream: true, tools, input }));
  expect(first.map(({ name }) => name)).toEqual(["response.created", "response.output_item.added", "response.output_item.done", "response.completed"]);
  expect(first[2]?.data).toMatchObject({ item: { type: "function_call", name: "write", arguments: '{"path":"note.md","content":"kestrel"}' } });
  input.push({ type: "function_call", arguments: "{}" }, { type: "function_call_output", output: "done" });
  const second = JSON.parse(await ask("/v1/responses", { model: "m", tools, input })) as unknown;
  expect(second).toMatchObject({ status: "completed", output: [{ type: "custom_tool_call", name: "patch", input: "*** Begin Patch" }] });
  input.push({ type: "custom_tool_call_output", output: "done" }, { type: "message", role: "user", content: "go on" });
  const third = events(await ask("/v1/responses", { model: "m", stream: true, tools, input }));
  expect(third[2]?.data).toMatchObject({ type: "response.output_text.delta", delta: "Gone on." });
});

it("speaks Gemini's generateContent, streamed and whole", async () => {
  const tools = [{ functionDeclarations: [{ name: "write" }] }];
  const contents: unknown[] = [{ role: "user", parts: [{ text: "write the note" }] }];
  const first = events(await ask("/v1beta/models/g-2:streamGenerateContent?alt=sse", { tools, contents }));
  expect(first).toMatchObject([{ data: { candidates: [{ content: { parts: [{ functionCall: { name: "write", args: { content: "kestrel" } } }] } }], modelVersion: "g-2" } }]);
  contents.push({ role: "model", parts: [{ functionCall: { name: "write", args: {} } }] }, { role: "user", parts: [{ functionResponse: { response: { output: "done" } } }] });
  const second = JSON.parse(await ask("/v1beta/models/g-2:generateContent", { tools, contents })) as unknown;
  expect(second).toMatchObject({ candidates: [{ content: { parts: [{ text: "It is written." }] }, finishReason: "STOP" }] });
});

it("answers what belongs to no turn, and requests without tools, with words", async () => {
  const title = JSON.parse(await ask("/v1/messages", { messages: [user("make a title")] })) as unknown;
  expect(title).toMatchObject({ content: [{ type: "text", text: "Noted." }] });
  const toolless = JSON.parse(await ask("/v1/messages", { messages: [user("write the note")] })) as unknown;
  expect(toolless).toMatchObject({ content: [{ type: "text", text: "It is written." }] });
});

it("takes the last prompt of the script, not one that came before it", async () => {
  const messages = [user("write the note"), { role: "assistant", content: "It is written." }, user("go on")];
  const said = JSON.parse(await ask("/v1/messages", { tools: [{ name: "write" }], messages })) as unknown;
  expect(said).toMatchObject({ content: [{ type: "text", text: "Gone on." }] });
});

it("counts tokens, and names what it does not know", async () => {
  expect(JSON.parse(await ask("/v1/messages/count_tokens", {}))).toEqual({ input_tokens: 1_000 });
  expect(JSON.parse(await ask("/v1beta/models/g:countTokens", {}))).toEqual({ totalTokens: 1_000 });
  await ask("/v1/telemetry", {});
  await ask("/v1/telemetry", {});
  expect(model?.unknown()).toEqual(["POST /v1/telemetry"]);
  expect(model?.heard()).toEqual([]);
});
