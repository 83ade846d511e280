function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const COMMAND_KEYS = ["command", "cmd", "script", "CommandLine"];
/** What begins a list that starts a shell. */
const SHELL = /^(?:.*\/)?(?:ba|z|da|fi)?sh$|^(?:powershell|pwsh|cmd)(?:\.exe)?$/;

/** The command that a tool call runs; undefined when it runs none. */
export function commandIn(input: unknown): string | undefined {
  if (!isObject(input)) return undefined;
  for (const key of COMMAND_KEYS) {
    const value = input[key];
    if (typeof value === "string" && value.trim() !== "") return value.trim();
    if (Array.isArray(value) && value.length > 0 && value.every((part) => typeof part === "string")) {
      const [program = "", ...rest] = value;
      return SHELL.test(program) && rest.length > 1 ? rest.slice(1).join(" ") : value.join(" ");
    }
  }
  return undefined;
}

const LIST_KEYS = ["todos", "plan", "tasks"];
const TEXT_KEYS = ["content", "step", "text", "title", "task", "description"];

/** The list of tasks that a tool call writes; undefined when it writes none. */
export function todosIn(input: unknown): readonly { readonly text: string; readonly done: boolean }[] | undefined {
  if (!isObject(input)) return undefined;
  for (const key of LIST_KEYS) {
    const list = input[key];
    if (!Array.isArray(list) || list.length === 0) continue;
    const todos = list.flatMap((item) => {
      const text = isObject(item) ? TEXT_KEYS.map((name) => item[name]).find((value) => typeof value === "string") : undefined;
      const status = isObject(item) ? (item["status"] ?? item["done"] ?? item["completed"]) : undefined;
      return typeof text === "string" && status !== undefined ? [{ text, done: status === true || /^(?:completed?|done|cancel{1,2}ed)$/i.test(String(status)) }] : [];
    });
    if (todos.length === list.length) return todos;
  }
  return undefined;
}
