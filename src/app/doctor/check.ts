import { isHxError } from "../../domain/errors.ts";

/** One line of `hx doctor`: the same shape as that of the command line, which this layer does not know. */
export interface Check {
  readonly name: string;
  readonly result: "ok" | "warn" | "fail";
  readonly detail: string;
  /** A command that can be pasted. */
  readonly fix?: string;
}

/** What a check found, before it has its name. */
export type Finding = Omit<Check, "name">;

export const ok = (detail: string): Finding => ({ result: "ok", detail });
export const warn = (detail: string, fix?: string): Finding => ({ result: "warn", detail, ...(fix === undefined ? {} : { fix }) });
export const fail = (detail: string, fix?: string): Finding => ({ result: "fail", detail, ...(fix === undefined ? {} : { fix }) });

/** Runs one check. What it throws is its failure: a doctor does not fall ill of what it finds. */
export async function check(name: string, look: () => Promise<Finding> | Finding): Promise<Check> {
  try {
    return { name, ...(await look()) };
  } catch (error) {
    const hint = isHxError(error) ? error.hints[0] : undefined;
    return { name, ...fail(error instanceof Error ? error.message : String(error), hint) };
  }
}
