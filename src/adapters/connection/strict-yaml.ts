import { isAlias, isMap, isScalar, parseDocument, visit } from "yaml";
import { fromUtf8 } from "../../domain/bytes.ts";
import { HxError } from "../../domain/errors.ts";

/**
 * A map as YAML 1.2: no anchors, aliases, tags, merge keys or repeated keys. `failsafe` leaves every scalar text: an id such as `12e4…` is no number, whether or not it was quoted.
 * @param limit bytes
 * @throws HxError `encoding-invalid`
 */
export function readMap(bytes: Uint8Array, limit: number, schema: "core" | "failsafe"): ReadonlyMap<string, unknown> {
  if (bytes.length > limit) throw wrong(`it is longer than ${limit} bytes`);
  const source = fromUtf8(bytes);
  const document = parseDocument(source, { version: "1.2", schema, merge: false, uniqueKeys: true, prettyErrors: false, logLevel: "error" });
  const error = document.errors[0] ?? document.warnings[0];
  if (error !== undefined) throw wrong(`it is not YAML (${error.code.toLowerCase().replaceAll("_", " ")})`);
  visit(document, {
    Node: (_, node) => {
      if (isAlias(node) || ("anchor" in node && node.anchor !== undefined)) throw wrong("it has anchors or aliases");
    },
    Pair: (_, pair) => {
      if (!isScalar(pair.key) || typeof pair.key.value !== "string") throw wrong("it has a key that is not text");
    },
  });
  if (!isMap(document.contents)) throw wrong("it is not a map");
  const value: unknown = document.toJS({ mapAsMap: true, maxAliasCount: 0 });
  return textMap(value, "the file");
}

export function textMap(value: unknown, what: string): ReadonlyMap<string, unknown> {
  if (!(value instanceof Map)) throw wrong(`${what} is not a map`);
  const map = new Map<string, unknown>();
  for (const [key, item] of value) {
    if (typeof key !== "string") throw wrong(`${what} has a key that is not text`);
    map.set(key, item);
  }
  return map;
}

export function wrong(why: string): HxError {
  return new HxError("encoding-invalid", why);
}
