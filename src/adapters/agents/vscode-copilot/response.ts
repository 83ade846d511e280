import type { Entry } from "../../../domain/view.ts";
import { pathOfUri } from "../shared/file-uri.ts";
import type { Listener } from "../shared/document.ts";
import type { Json } from "../shared/record.ts";
import { defined, isJson, numberOf, objectOf, textOf } from "../shared/record.ts";

/** A part of an answer as it was shown. */
export type Part = Json;

/** They tell of the machinery, or of what stands beside them. */
const QUIET: ReadonlySet<string> = new Set(
  (
    "inlineReference prepareToolInvocation undoStop codeblockUri progressTask progressTaskSerialized progressMessage command confirmation elicitation elicitation2 elicitationSerialized " +
    "extensions notebookEditGroup mcpServersStarting mcpServersStartingSerialized treeData markdownVuln references reference codeCitation pullRequest multiDiffData hook workspaceEdit questionCarousel " +
    "clearToPreviousToolInvocation externalEdit systemNotification textEdit move markdownContent"
  ).split(" "),
);

/** What was shown, in its order: texts that follow each other are one message. */
export function entriesOfParts(parts: readonly Part[], { unknown }: Pick<Listener, "unknown">): readonly Entry[] {
  const entries: Entry[] = [];
  let text = "";
  const flush = (): void => {
    if (text.trim() !== "") entries.push({ kind: "message", text });
    text = "";
  };
  for (const part of parts) {
    const said = spoken(part);
    text += said ?? "";
    if (said !== undefined) continue;
    const made = entriesOfPart(part, unknown);
    if (made.length > 0) flush();
    entries.push(...made);
  }
  flush();
  return entries;
}

function spoken(part: Part): string | undefined {
  const { kind, value } = part;
  if (kind === undefined || kind === "markdownContent") return typeof value === "string" ? value : textOf(objectOf(part, "content"), "value");
  if (kind !== "inlineReference") return undefined;
  return textOf(part, "name") ?? pathOf(objectOf(part, "inlineReference"))?.split(/[\\/]/).at(-1);
}

function entriesOfPart(part: Part, unknown: (type: string) => void): readonly Entry[] {
  const kind = textOf(part, "kind") ?? "no kind";
  switch (kind) {
    case "thinking": {
      const { value } = part;
      return [{ kind: "reasoning", text: Array.isArray(value) ? value.join("\n") : typeof value === "string" ? value : "" }];
    }
    case "toolInvocation":
    case "toolInvocationSerialized": {
      const call = textOf(part, "toolCallId") ?? "";
      const told = wordsOf(part["pastTenseMessage"]) ?? "";
      const called: Entry = { kind: "tool-call", call, tool: textOf(part, "toolId") ?? "", input: part["toolSpecificData"] };
      return wasRefused(part) ? [called, { kind: "rejection" }] : [called, { kind: "tool-result", call, text: told, ...defined({ exitCode: exitCodeOf(part) }) }];
    }
    case "textEditGroup": {
      const path = pathOf(objectOf(part, "uri"));
      return path === undefined ? [] : [{ kind: "edit", path }];
    }
    case "warning":
      return [{ kind: "note", text: wordsOf(part["content"]) ?? "" }];
    default:
      if (!QUIET.has(kind)) unknown(`response/${kind}`);
      return [];
  }
}

function wordsOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : isJson(value) ? textOf(value, "value") : undefined;
}

/** Denied, or skipped. */
export function wasRefused(part: Part): boolean {
  const { isConfirmed } = part;
  return isConfirmed === false || (isJson(isConfirmed) && (isConfirmed["type"] === 0 || isConfirmed["type"] === 5));
}

/** Of a command that ran in the terminal. */
export function exitCodeOf(part: Part): number | undefined {
  return numberOf(objectOf(objectOf(part, "toolSpecificData"), "terminalCommandState"), "exitCode");
}

function pathOf(uri: Json): string | undefined {
  const external = textOf(uri, "external");
  return (external === undefined ? undefined : pathOfUri(external)) ?? textOf(uri, "fsPath") ?? textOf(uri, "path");
}
