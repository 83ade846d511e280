import type { Json } from "../shared/record.ts";
import { isJson, listOf } from "../shared/record.ts";

/** A change of the document that a journal keeps: `0` the document, `1` a value is set, `2` items are put behind a list (from `i` on, if given), `3` a value is deleted. */
export interface Change {
  readonly kind: 0 | 1 | 2 | 3;
  /** Where: keys and positions from the top. */
  readonly at: readonly (string | number)[];
  readonly value: unknown;
  /** Of `2`: what stands from here on goes. */
  readonly from: number | undefined;
}

/** undefined: another kind of record. */
export function changeOf(record: Json): Change | undefined {
  const { kind, v: value, i } = record;
  if (kind !== 0 && kind !== 1 && kind !== 2 && kind !== 3) return undefined;
  const at = listOf(record, "k").filter((key) => typeof key === "string" || typeof key === "number");
  return { kind, at, value, from: typeof i === "number" && Number.isSafeInteger(i) && i >= 0 ? i : undefined };
}

/** The requests that a change brings as a whole; undefined when it brings none. */
export function requestsOf({ kind, at, value }: Change): readonly Json[] | undefined {
  if (kind === 0) return isJson(value) ? listOf(value, "requests").filter(isJson) : [];
  if (at[0] !== "requests" || kind === 3) return undefined;
  if (at.length === 1) return Array.isArray(value) ? value.filter(isJson) : [];
  return at.length === 2 && kind === 1 && isJson(value) ? [value] : undefined;
}

type Tree = Record<string, unknown> | unknown[];

/** Replays a journal. Requests that a person took back stay known, in the order in which they came. */
export class Journal {
  #document: Record<string, unknown> = {};
  readonly #asked: Json[] = [];

  /** The document as it is now. */
  get document(): Json {
    return this.#document;
  }

  /** Every request that there was, with whether it is still part of the session. */
  get requests(): readonly { readonly request: Json; readonly isLive: boolean }[] {
    const live = new Set(listOf(this.#document, "requests"));
    const ids = new Set<unknown>([...live].map((request) => (isJson(request) ? request["requestId"] : undefined)).filter((id) => id !== undefined));
    // One that was written anew under the same id is the same.
    const isOld = (request: Json): boolean => !live.has(request) && ids.has(request["requestId"]);
    return this.#asked.filter((request) => !isOld(request)).map((request) => ({ request, isLive: live.has(request) }));
  }

  apply(change: Change): void {
    const { kind, at, value, from } = change;
    if (kind === 0) this.#document = isJson(value) ? { ...value } : {};
    else if (at.length > 0) this.#change(at, value, kind, from);
    for (const request of requestsOf(change) ?? []) if (!this.#asked.includes(request)) this.#asked.push(request);
  }

  #change(at: readonly (string | number)[], value: unknown, kind: 1 | 2 | 3, from: number | undefined): void {
    let parent: Tree = this.#document;
    for (const key of at.slice(0, -1)) {
      const next: unknown = child(parent, key);
      if (!isTree(next)) return;
      parent = next;
    }
    const key = at.at(-1) ?? "";
    if (kind === 3) return remove(parent, key);
    if (kind === 1) return put(parent, key, value);
    const known = child(parent, key);
    const list = Array.isArray(known) ? known.slice(0, from) : [];
    put(parent, key, [...list, ...(Array.isArray(value) ? value : [])]);
  }
}

function isTree(value: unknown): value is Tree {
  return typeof value === "object" && value !== null;
}

function child(tree: Tree, key: string | number): unknown {
  if (Array.isArray(tree)) return typeof key === "number" ? tree[key] : undefined;
  return Object.hasOwn(tree, String(key)) ? tree[String(key)] : undefined;
}

/** A position far behind the end of a list, or a key that is no plain one, comes from no editor. */
function put(tree: Tree, key: string | number, value: unknown): void {
  if (Array.isArray(tree)) {
    if (typeof key === "number" && Number.isSafeInteger(key) && key >= 0 && key <= tree.length) tree[key] = value;
  } else if (key !== "__proto__") {
    tree[String(key)] = value;
  }
}

function remove(tree: Tree, key: string | number): void {
  if (Array.isArray(tree)) {
    if (typeof key === "number") tree.splice(key, 1);
  } else {
    Reflect.deleteProperty(tree, String(key));
  }
}
