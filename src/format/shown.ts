import { HxError } from "../domain/errors.ts";
import type { ShownVersion } from "../domain/policy/version.ts";
import type { CborInput, CborMap } from "./cbor.ts";
import { intField } from "./fields.ts";

/** `kind` of the item that says which version of the policy was shown: docs/spec/policy.md, "Shown". */
export const SHOWN_KIND = "shown";

export function shownBody({ version, at }: ShownVersion): CborInput {
  return { kind: SHOWN_KIND, version, at };
}

/** @throws HxError `encoding-invalid` for a body that is none, or has a version below 1 */
export function readShownBody(body: CborMap): ShownVersion {
  if (body.get("kind") !== SHOWN_KIND) throw new HxError("encoding-invalid", `an item that is no '${SHOWN_KIND}'`);
  const version = intField(body, "version");
  if (version < 1) throw new HxError("encoding-invalid", "a policy has no version 0");
  return { version, at: intField(body, "at") };
}
