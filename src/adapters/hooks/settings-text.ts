import type { Node, ParseError } from "jsonc-parser";
import { parseTree } from "jsonc-parser";
import { HxError } from "../../domain/errors.ts";

/**
 * Entries of hx in the settings of an agent: `{"hooks": {"<event>": [{"hooks": [{"type": "command", …}]}]}}`.
 *
 * Adding only ever inserts text, and the place and shape of what is inserted tell how the file looked before:
 * into an empty container of the user it goes without a space after the bracket, into one that hx makes with one.
 * So removal is the exact inverse, and nothing has to be remembered elsewhere.
 */
export interface SettingsHook {
  readonly event: string;
  readonly command: string;
  /** After which the agent gives up on the hook, in the agent's own unit: seconds, or milliseconds. */
  readonly timeout: number;
  /** Of agents that have an event's commands without groups, `[{"command": …}]`: what else stands beside the command. */
  readonly flat?: Readonly<Record<string, string | number | boolean>>;
}

export type HookFound = "same" | "changed" | "absent";

interface Tree {
  readonly text: string;
  readonly root: Node;
  readonly style: Style;
}

/** How the file is laid out: `unit` null where it is on one line. */
interface Style {
  readonly eol: string;
  readonly unit: string | null;
}

function damaged(what: string): HxError {
  return new HxError("refused", `the settings file is damaged: ${what}`, { data: { what } });
}

function parse(text: string): Tree {
  const errors: ParseError[] = [];
  const body = text.startsWith("\ufeff") ? ` ${text.slice(1)}` : text;
  const root = parseTree(body, errors, { allowTrailingComma: true });
  if (root === undefined || errors.length > 0) throw damaged("it is not JSON");
  if (root.type !== "object") throw damaged("it does not hold an object");
  return { text, root, style: styleOf(text, root) };
}

function styleOf(text: string, root: Node): Style {
  const eol = text.includes("\r\n") ? "\r\n" : "\n";
  const first = root.children?.[0];
  const before = first === undefined ? "" : text.slice(root.offset, first.offset);
  if (!before.includes("\n")) return { eol, unit: null };
  return { eol, unit: indentAt(text, first?.offset ?? 0) || "  " };
}

/** The white space at the start of the line on which an offset lies. */
function indentAt(text: string, offset: number): string {
  const start = text.lastIndexOf("\n", offset - 1) + 1;
  return /^[ \t]*/.exec(text.slice(start, offset))?.[0] ?? "";
}

function endOf(node: Node): number {
  return node.offset + node.length;
}

/** The last of that name counts, as it does for JSON.parse. */
function property(object: Node, name: string): Node | null {
  const all = object.children?.filter((child) => child.children?.[0]?.value === name) ?? [];
  return all.at(-1) ?? null;
}

function valueOf(propertyNode: Node | null): Node | null {
  return propertyNode?.children?.[1] ?? null;
}

function container(object: Node, name: string, type: "object" | "array"): Node | null {
  const value = valueOf(property(object, name));
  if (value !== null && value.type !== type) throw damaged(`'${name}' is not an ${type}`);
  return value;
}

function stringAt(object: Node, name: string): string | null {
  const value = valueOf(property(object, name));
  return value?.type === "string" ? String(value.value) : null;
}

/** Same program, same agent, whatever shell text is around it. */
function isOurs(command: string | null, wanted: string): boolean {
  const name = /hook agent [a-z-]+/.exec(wanted)?.[0];
  return command !== null && (command === wanted || (name !== undefined && command.includes(name)));
}

interface Handler {
  /** What is to be cut: the handler, or its whole group where it is alone there. */
  readonly node: Node;
  readonly siblings: Node;
  readonly same: boolean;
  readonly group: number;
  readonly handler: number;
}

function handlersIn(events: Node | null, hook: SettingsHook): Handler[] {
  const groups = events === null ? null : container(events, hook.event, "array");
  const found: Handler[] = [];
  for (const [group, groupNode] of (groups?.children ?? []).entries()) {
    if (groups === null || groupNode.type !== "object") continue;
    if (hook.flat !== undefined) {
      const command = stringAt(groupNode, "command");
      if (isOurs(command, hook.command)) found.push({ node: groupNode, siblings: groups, same: command === hook.command, group, handler: 0 });
      continue;
    }
    const list = valueOf(property(groupNode, "hooks"));
    if (list?.type !== "array") continue;
    for (const [handler, node] of (list.children ?? []).entries()) {
      if (node.type !== "object" || !isOurs(stringAt(node, "command"), hook.command)) continue;
      const alone = list.children?.length === 1;
      const same = stringAt(node, "command") === hook.command;
      found.push({ node: alone ? groupNode : node, siblings: alone ? groups : list, same, group, handler });
    }
  }
  return found;
}

/** Where the hook stands, as Codex counts it: group and handler, both from 0. */
export function hookPosition(text: string, hook: SettingsHook): { readonly group: number; readonly handler: number } | null {
  const { root } = parse(text);
  return handlersIn(container(root, "hooks", "object"), hook)[0] ?? null;
}

/** @throws HxError `refused` when the text is not JSON, or its `hooks` are of another shape */
export function findHook(text: string, hook: SettingsHook): HookFound {
  const { root } = parse(text);
  const found = handlersIn(container(root, "hooks", "object"), hook);
  if (found.length === 0) return "absent";
  return found.every((handler) => handler.same) && found.length === 1 ? "same" : "changed";
}

function group(hook: SettingsHook): object {
  if (hook.flat !== undefined) return { command: hook.command, ...hook.flat };
  return { hooks: [{ type: "command", command: hook.command, timeout: hook.timeout }] };
}

/** JSON laid out as the file is, for a place whose line is indented by `indent`. */
function laidOut(value: unknown, style: Style, indent: string): string {
  if (style.unit === null) return JSON.stringify(value, null, 1).replaceAll(/\n\s*/g, " ");
  return JSON.stringify(value, null, style.unit).replaceAll("\n", style.eol + indent);
}

function insert(tree: Tree, offset: number, text: string): string {
  return tree.text.slice(0, offset) + text + tree.text.slice(offset);
}

/** Adds a child to an object or array: behind the last one, or right behind the bracket of an empty one. */
function addChild(tree: Tree, parent: Node, render: (style: Style, indent: string) => string): string {
  const last = parent.children?.at(-1);
  if (last === undefined) return insert(tree, parent.offset + 1, render({ ...tree.style, unit: null }, ""));
  const first = parent.children?.[0] ?? last;
  const ownLine = tree.text.slice(parent.offset, first.offset).includes("\n");
  if (!ownLine) return insert(tree, endOf(last), `, ${render({ ...tree.style, unit: null }, "")}`);
  const indent = indentAt(tree.text, first.offset);
  return insert(tree, endOf(last), `,${tree.style.eol}${indent}${render(tree.style, indent)}`);
}

function addOne(text: string, hook: SettingsHook): string {
  const tree = parse(text);
  const events = container(tree.root, "hooks", "object");
  if (events === null) {
    const value = { [hook.event]: [group(hook)] };
    return addChild(tree, tree.root, (style, indent) => `"hooks": ${laidOut(value, style, indent)}`);
  }
  const groups = container(events, hook.event, "array");
  if (groups === null) {
    return addChild(tree, events, (style, indent) => `${JSON.stringify(hook.event)}: ${laidOut([group(hook)], style, indent)}`);
  }
  return addChild(tree, groups, (style, indent) => laidOut(group(hook), style, indent));
}

/** Text of a file that hx makes. @param head what the agent wants in the file before its hooks */
export function newSettings(hooks: readonly SettingsHook[], head: Readonly<Record<string, number>> = {}): string {
  return `${JSON.stringify({ ...head, hooks: Object.fromEntries(hooks.map((hook) => [hook.event, [group(hook)]])) }, null, 2)}\n`;
}

/** Adds what is missing. @throws HxError `refused` as {@link findHook} */
export function withHooks(text: string, hooks: readonly SettingsHook[]): string {
  let result = text;
  for (const hook of hooks) {
    const found = findHook(result, hook);
    if (found === "same") continue;
    result = addOne(found === "changed" ? removeAll(result, hook) : result, hook);
  }
  return result;
}

/** Cuts a child with the comma that belongs to it. */
function cut(text: string, parent: Node, child: Node): string {
  const children = parent.children ?? [];
  const at = children.indexOf(child);
  const previous = children[at - 1];
  const next = children[at + 1];
  if (previous !== undefined) return text.slice(0, endOf(previous)) + text.slice(endOf(child));
  return text.slice(0, child.offset) + text.slice(next?.offset ?? endOf(child));
}

/** Whether hx made this container: then white space stands between its bracket and its only child. */
function madeByHx(text: string, parent: Node, child: Node): boolean {
  return parent.children?.length === 1 && /^\s+$/.test(text.slice(parent.offset + 1, child.offset));
}

function removeFirst(text: string, hook: SettingsHook): string | null {
  const { root } = parse(text);
  const hooksProperty = property(root, "hooks");
  const events = container(root, "hooks", "object");
  const found = handlersIn(events, hook)[0];
  if (found === undefined || events === null || hooksProperty === null) return null;
  const eventProperty = property(events, hook.event);
  const groups = valueOf(eventProperty);
  if (eventProperty === null || groups === null || found.siblings !== groups) return cut(text, found.siblings, found.node);
  if (!madeByHx(text, groups, found.node)) return cut(text, groups, found.node);
  if (!madeByHx(text, events, eventProperty)) return cut(text, events, eventProperty);
  return cut(text, root, hooksProperty);
}

function removeAll(text: string, hook: SettingsHook): string {
  let result = text;
  for (let next = removeFirst(result, hook); next !== null; next = removeFirst(result, hook)) result = next;
  return result;
}

/** The inverse of {@link withHooks} and {@link newSettings}; null: the file was hx's own. @throws HxError `refused` */
export function withoutHooks(text: string, hooks: readonly SettingsHook[], head: Readonly<Record<string, number>> = {}): string | null {
  if (text === newSettings(hooks, head)) return null;
  return [...hooks].reverse().reduce(removeAll, text);
}
