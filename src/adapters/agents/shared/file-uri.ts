/**
 * The path that a `file:` URI names, in the manner of the system that it names a file of; undefined for anything else, one of
 * another machine (`vscode-remote:`) say.
 */
export function pathOfUri(uri: string): string | undefined {
  const match = /^file:\/\/([^/]*)(\/[^?#]*)/.exec(uri);
  if (match === null) return undefined;
  try {
    const [, host = "", encoded = ""] = match;
    const path = decodeURIComponent(encoded);
    if (path.includes("\0")) return undefined;
    if (/^\/[A-Za-z]:/.test(path)) return path.slice(1).replaceAll("/", "\\");
    return host === "" || host === "localhost" ? path : `\\\\${host}${path.replaceAll("/", "\\")}`;
  } catch {
    return undefined;
  }
}
