import type { Entry } from "../../../domain/view.ts";
import type { Listener } from "../shared/document.ts";
import type { Json } from "../shared/record.ts";
import { countOf, defined, isJson, listOf, numberOf, objectOf, textOf } from "../shared/record.ts";
import { entriesOfParts, type Part } from "./response.ts";
import { entriesOfRounds } from "./rounds.ts";

/** What a person asked; undefined when there is no text. */
export function promptOf(request: Json): string | undefined {
  const { message } = request;
  const text = typeof message === "string" ? message : isJson(message) ? textOf(message, "text") : undefined;
  return text === undefined || text.trim() === "" ? undefined : text;
}

export function modelOf(request: Json): string | undefined {
  return textOf(request, "modelId");
}

/** Of the extension. */
export function versionOf(request: Json): string | undefined {
  return textOf(objectOf(request, "agent"), "extensionVersion");
}

/** A request with its answer. @param isLive false: the person took it back */
export function tellRequest(request: Json, isLive: boolean, listener: Listener): void {
  const at = numberOf(request, "timestamp");
  listener.seen(at);
  const base = defined({ at, model: modelOf(request) });
  listener.model(base.model);
  const prompt = promptOf(request);
  if (prompt !== undefined) listener.prompt(prompt, at, !isLive);
  const result = objectOf(request, "result");
  const metadata = objectOf(result, "metadata");
  const parts = listOf(request, "response").filter((part): part is Part => isJson(part));
  for (const entry of answerOf(metadata, parts, listener)) listener.entry({ ...base, ...entry });
  const failure = textOf(objectOf(result, "errorDetails"), "message");
  if (failure !== undefined && request["isCanceled"] !== true) listener.entry({ ...base, kind: "error", text: failure });
  if (request["isCanceled"] === true) listener.entry({ ...base, kind: "interruption" });
  const usage = defined({ input: countOf(metadata, "promptTokens"), output: countOf(metadata, "outputTokens") });
  if (Object.keys(usage).length > 0) listener.tokens(usage);
}

/** The rounds hold calls with arguments and results; without them there is what was shown. */
function answerOf(metadata: Json, parts: readonly Part[], listener: Listener): readonly Entry[] {
  const shown = entriesOfParts(parts, listener);
  const rounds = listOf(metadata, "toolCallRounds").filter(isJson);
  return rounds.length === 0 ? shown : entriesOfRounds(rounds, metadata, parts);
}
