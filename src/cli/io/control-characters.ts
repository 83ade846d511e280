/**
 * What comes from a transcript, a repository or a remote is foreign: it must not move the cursor, set a
 * title, write the clipboard or reverse the reading order. Such characters become visible.
 */

const C0_PICTURES = 0x2400;

// Bidirectional controls, line and paragraph separators, zero-width marks of direction.
const INVISIBLE = /[\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/** Foreign text for several lines: line feeds and tabs stay, CRLF becomes a line feed. */
export function visible(text: string): string {
  return text.replaceAll("\r\n", "\n").replace(CONTROL, picture).replace(INVISIBLE, codePoint);
}

/** Foreign text for one line or one cell: line feeds and tabs become a space too. */
export function visibleLine(text: string): string {
  return visible(text).replace(/[\n\t]+/g, " ");
}

function picture(character: string): string {
  const code = character.charCodeAt(0);
  if (code === 0x7f) return "\u2421";
  return code < 0x20 ? String.fromCharCode(C0_PICTURES + code) : codePoint(character);
}

function codePoint(character: string): string {
  return `<U+${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}>`;
}

const NOT_STYLE = /\u001b(?!\[[0-9;]*m)|[\u0000-\u0008\u000b-\u001a\u001c-\u001f\u007f-\u009f]/g;
const STYLE = /\u001b\[[0-9;]*m/g;

/**
 * The last gate before a stream: of all control sequences only colours pass, and without colour none.
 * A view that forgot to make foreign text visible can at worst change a colour.
 */
export function gate(text: string, colour: boolean): string {
  const styled = text.replace(NOT_STYLE, picture);
  return colour ? styled : styled.replace(STYLE, "");
}

/** JSON in which no raw control character is left, C1 and bidirectional ones included. */
export function jsonText(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
