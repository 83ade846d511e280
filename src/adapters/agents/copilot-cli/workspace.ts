import { isAbsolutePath } from "../shared/record.ts";

/** What `workspace.yaml` says of a session. Copilot writes one flat key a line. */
export interface Workspace {
  readonly cwd?: string;
  /** Only when a person gave it. */
  readonly name?: string;
}

export function workspaceOf(content: Uint8Array): Workspace {
  const text = Buffer.from(content).toString("utf8");
  const cwd = valueOf(text, "cwd");
  const name = valueOf(text, "user_named") === "true" ? valueOf(text, "name") : undefined;
  return { ...(cwd !== undefined && isAbsolutePath(cwd) ? { cwd } : {}), ...(name === undefined || name === "" ? {} : { name }) };
}

function valueOf(text: string, key: string): string | undefined {
  const value = new RegExp(`^${key}:[ \\t]+(.*?)[ \\t]*\\r?$`, "m").exec(text)?.[1];
  if (value === undefined || !/^["']/.test(value)) return value;
  if (value.startsWith("'")) return value.slice(1, -1).replaceAll("''", "'");
  try {
    const parsed: unknown = JSON.parse(value);
    return typeof parsed === "string" ? parsed : undefined;
  } catch {
    return undefined;
  }
}
