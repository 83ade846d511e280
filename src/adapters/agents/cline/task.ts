import type { Entry, TokenUsage } from "../../../domain/view.ts";
import { forEachRecord, type Interpret, type Listener } from "../shared/document.ts";
import type { Json } from "../shared/record.ts";
import { countOf, defined, isJson, numberOf, textOf } from "../shared/record.ts";

interface Running {
  isFirst: boolean;
  /** The command whose output comes. */
  command: string;
  model?: string | undefined;
}

/** `ui_messages.json` of a task of the extension: a list of what was said and asked. What Cline sent to the model lies beside it. */
export const interpretTask: Interpret = (content, listener) => {
  const running: Running = { isFirst: true, command: "" };
  const isWhole = forEachRecord(content, { start: 0, end: content.length }, listener, (message) => {
    if (message["partial"] !== true) takeMessage(message, running, listener);
    running.isFirst = false;
  });
  return { isWhole };
};

function takeMessage(message: Json, running: Running, listener: Listener): void {
  const at = numberOf(message, "ts");
  listener.seen(at);
  const model = isJson(message["modelInfo"]) ? textOf(message["modelInfo"], "modelId") : undefined;
  running.model = model ?? running.model;
  listener.model(model);
  const what = textOf(message, message["type"] === "ask" ? "ask" : "say") ?? "no type";
  const text = textOf(message, "text") ?? "";
  const isPrompt = what === "task" || what === "user_feedback" || (running.isFirst && what === "text");
  if (isPrompt) return text.trim() === "" ? undefined : listener.prompt(text, at);
  const entries = entriesOf(what, text, { isAsk: message["type"] === "ask", call: `${what}-${at ?? 0}`, running, listener });
  if (entries === undefined) return listener.unknown(`${textOf(message, "type") ?? "no type"}/${what}`);
  for (const entry of entries) listener.entry({ ...defined({ at, model: running.model }), ...entry });
}

interface Around {
  readonly isAsk: boolean;
  readonly call: string;
  readonly running: Running;
  readonly listener: Listener;
}

/** undefined: a type that is not known. */
function entriesOf(what: string, text: string, { isAsk, call, running, listener }: Around): readonly Entry[] | undefined {
  switch (what) {
    case "text":
    case "completion_result":
      return text.trim() === "" ? [] : [{ kind: "message", text }];
    case "followup":
    case "plan_mode_respond":
    case "act_mode_respond": {
      const said = parsed(text);
      const told = textOf(said, "question") ?? textOf(said, "response") ?? text;
      return told.trim() === "" ? [] : [{ kind: "message", text: told }];
    }
    case "reasoning":
      return [{ kind: "reasoning", text }];
    case "api_req_started":
      return request(parsed(text), listener);
    case "tool":
      return tool(call, parsed(text), isAsk);
    case "command":
      running.command = call;
      return [{ kind: "tool-call", call, tool: "execute_command", input: { command: text } }];
    case "command_output":
      return running.command === "" || text === "" ? [] : [{ kind: "tool-result", call: running.command, text }];
    case "use_mcp_server":
      return [{ kind: "tool-call", call, tool: "use_mcp_tool", input: parsed(text) }];
    case "error":
    case "diff_error":
    case "clineignore_error":
    case "api_req_failed":
      return [{ kind: "error", text }];
    case "condense":
    case "summarize_task":
      return [{ kind: "compaction", ...(text === "" ? {} : { summary: text }) }];
    default:
      return QUIET.test(what) ? [] : undefined;
  }
}

/** They tell of the machinery, or are asked again by another message. */
const QUIET =
  /^(?:api_req_(?:finished|retried|deleted)|deleted_api_reqs|user_feedback_diff|shell_integration_warning(?:_with_suggestion)?|browser_action(?:_launch|_result)?|mcp_(?:server_request_started|server_response|notification)|checkpoint_created|load_mcp_documentation|info|task_progress|error_retry|hook_status|hook_output_stream|resume_(?:completed_)?task|mistake_limit_reached|auto_approval_max_req_reached|new_task|report_bug|generate_explanation|conditional_rules_applied)$/;

function request(said: Json, { tokens }: Listener): readonly Entry[] {
  const usage: TokenUsage = defined({ input: countOf(said, "tokensIn"), output: countOf(said, "tokensOut"), cacheRead: countOf(said, "cacheReads"), cacheWrite: countOf(said, "cacheWrites") });
  if (Object.keys(usage).length > 0) tokens(usage);
  const failure = textOf(said, "streamingFailedMessage");
  if (failure !== undefined) return [{ kind: "error", text: failure }];
  return said["cancelReason"] === "user_cancelled" ? [{ kind: "interruption" }] : [];
}

/** An edit that was asked for may have been refused, which is not recorded; one that was told was made. */
function tool(call: string, said: Json, isAsk: boolean): readonly Entry[] {
  const { tool: name, content, diff, ...input } = said;
  const called: Entry = { kind: "tool-call", call, tool: typeof name === "string" ? name : "", input: defined({ ...input, diff }) };
  const path = textOf(said, "path");
  if (isAsk || path === undefined) return [called];
  if (name === "newFileCreated" && typeof content === "string") return [called, { kind: "edit", call, path, after: content }];
  const patch = typeof diff === "string" ? diff : typeof content === "string" ? content : undefined;
  return name === "editedExistingFile" ? [called, { kind: "edit", call, path, ...defined({ patch }) }] : [called];
}

function parsed(text: string): Json {
  try {
    const value: unknown = JSON.parse(text);
    return isJson(value) ? value : {};
  } catch {
    return {};
  }
}
