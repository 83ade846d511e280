import { HxError } from "../domain/errors.ts";

/** The number of a version of the policy. @throws HxError `usage` */
export function versionOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const version = /^v?([1-9]\d{0,5})$/.exec(text)?.[1];
  if (version === undefined) throw new HxError("usage", `'${text}' is no version of the policy`, { hints: ["hx policy history"] });
  return Number(version);
}

/** A number, or `draft` for what lies in `.hx/policy`. @throws HxError `usage` */
export function pointOf(text: string | undefined): number | "draft" | undefined {
  return text === "draft" ? "draft" : versionOf(text);
}
