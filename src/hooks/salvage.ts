import { parse } from "jsonc-parser";

/** What a parser that forgives finds in text that was cut off, or that has control characters in its strings as they are. */
export function salvage(text: string): unknown {
  return parse(controlsEscaped(text), [], { allowEmptyContent: true });
}

/** Some agents put an answer into a string as it is, with line feeds and tabs, behind which no parser finds back. */
function controlsEscaped(text: string): string {
  let escaped = "";
  let from = 0;
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x22) inString = !inString;
    else if (code === 0x5c && inString) at++;
    else if (code < 0x20 && inString) {
      escaped += `${text.slice(from, at)}\\u${code.toString(16).padStart(4, "0")}`;
      from = at + 1;
    }
  }
  return escaped + text.slice(from);
}
