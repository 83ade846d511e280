/** Every failure that a user can act on. The code is stable; docs/reference/errors.md lists them. */
export type ErrorCode =
  | "usage"
  | "answer-needed"
  | "locked"
  | "no-identity"
  | "no-key"
  | "not-recipient"
  | "not-shared"
  | "erased"
  | "not-a-repository"
  | "not-connected"
  | "outside-boundary"
  | "policy-invalid"
  | "policy-unseen"
  | "busy"
  | "wrong-passphrase"
  | "wrong-phrase"
  | "key-parameters"
  | "key-file-open"
  | "encoding-invalid"
  | "signature-invalid"
  | "commitment-invalid"
  | "segment-invalid"
  | "wrap-invalid"
  | "item-invalid"
  | "lane-invalid"
  | "lane-fork"
  | "lane-rollback"
  | "keys-invalid"
  | "entry-gone"
  | "workspace-invalid"
  | "workspace-fork"
  | "too-new"
  | "missing-object"
  | "refused"
  | "not-found"
  | "ambiguous"
  | "exists"
  | "remote-failed"
  | "git-failed"
  | "io-failed"
  | "partial"
  | "interrupted"
  | "internal";

export interface HxErrorFields {
  readonly hints?: readonly string[];
  readonly data?: Readonly<Record<string, string | number | boolean>>;
  readonly cause?: unknown;
}

/**
 * A failure with a stable code. The message is lower case, has no full stop and names the thing in
 * quotes; a hint is a command that can be pasted.
 */
export class HxError extends Error {
  readonly code: ErrorCode;
  readonly hints: readonly string[];
  readonly data: Readonly<Record<string, string | number | boolean>>;

  constructor(code: ErrorCode, message: string, fields: HxErrorFields = {}) {
    super(message, fields.cause === undefined ? undefined : { cause: fields.cause });
    this.name = "HxError";
    this.code = code;
    this.hints = fields.hints ?? [];
    this.data = fields.data ?? {};
  }
}

export function isHxError(value: unknown): value is HxError {
  return value instanceof HxError;
}
