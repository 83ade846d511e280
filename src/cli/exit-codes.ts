import type { ErrorCode } from "../domain/errors.ts";

/** What an exit code of hx means: the one table, printed by `hx help exit-codes`. */
export const EXITS = {
  0: "ok, an empty result too",
  1: "failed",
  2: "wrong usage, or an answer is missing and there is no terminal to ask on",
  3: "partial: some sessions are locked or could not be read",
  4: "no key, or not a recipient",
  10: "not a repository, or not connected",
  11: "busy: try again",
  12: "wrong passphrase or recovery phrase",
  13: "integrity failure: something signed, hashed or sealed does not agree",
  14: "refused by policy, by the collection boundary or by the secret scan",
  70: "a bug in hx",
  130: "interrupted",
} as const;

export type ExitCode = keyof typeof EXITS;

const BY_CODE: Readonly<Record<ErrorCode, ExitCode>> = {
  usage: 2,
  "answer-needed": 2,
  partial: 3,
  locked: 4,
  "no-identity": 4,
  "no-key": 4,
  "not-recipient": 4,
  "not-shared": 4,
  erased: 4,
  "not-a-repository": 10,
  "not-connected": 10,
  busy: 11,
  "wrong-passphrase": 12,
  "wrong-phrase": 12,
  "encoding-invalid": 13,
  "signature-invalid": 13,
  "commitment-invalid": 13,
  "segment-invalid": 13,
  "wrap-invalid": 13,
  "item-invalid": 13,
  "lane-invalid": 13,
  "lane-fork": 13,
  "lane-rollback": 13,
  "keys-invalid": 13,
  "entry-gone": 13,
  "workspace-invalid": 13,
  "workspace-fork": 13,
  "key-parameters": 13,
  refused: 14,
  "outside-boundary": 14,
  "policy-invalid": 14,
  "policy-unseen": 14,
  "key-file-open": 1,
  "too-new": 1,
  "missing-object": 1,
  "not-found": 1,
  ambiguous: 1,
  exists: 1,
  "remote-failed": 1,
  "git-failed": 1,
  "io-failed": 1,
  interrupted: 130,
  internal: 70,
};

/** Every error code with its exit code, for the table and its test. */
export const ERROR_EXITS: readonly (readonly [ErrorCode, ExitCode])[] = (Object.keys(BY_CODE) as ErrorCode[]).map(
  (code) => [code, BY_CODE[code]] as const,
);

export function exitOf(code: ErrorCode): ExitCode {
  return BY_CODE[code];
}
