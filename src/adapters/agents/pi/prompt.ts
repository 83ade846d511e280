import { textOfContent } from "../shared/parsed.ts";

/** What a person asked in a message of the role `user`; undefined when there is nothing in it. */
export function promptOf(content: unknown): string | undefined {
  const text = textOfContent(content);
  return text.trim() === "" ? undefined : text;
}
