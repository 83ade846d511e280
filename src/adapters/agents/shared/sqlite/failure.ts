import { HxError, isHxError } from "../../../../domain/errors.ts";

/** What an engine threw, as an error that names the database. The engines share SQLite's messages, not their codes. */
export function databaseFailure(file: string, cause: unknown): HxError {
  if (isHxError(cause)) return cause;
  const message = cause instanceof Error ? cause.message : String(cause);
  if (/locked|busy/i.test(message)) return changing(file, cause);
  if (/not a database|malformed|encrypted|corrupt/i.test(message)) return new HxError("io-failed", `the database '${file}' is damaged, or none of SQLite`, { cause });
  if (/no such (?:table|column)/i.test(message)) return new HxError("io-failed", `the database '${file}' has other tables than this version of hx knows`, { hints: ["hx agents"], cause });
  return new HxError("io-failed", `cannot read the database '${file}'`, { cause });
}

export function changing(file: string, cause?: unknown): HxError {
  return new HxError("busy", `the database '${file}' is being written to`, { hints: ["hx capture"], cause });
}
