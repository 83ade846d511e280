import { decodeCborMap, encodeCbor } from "./cbor.ts";
import { optionalTextField, textField } from "./fields.ts";

/** The plaintext of a wrap with purpose `name`, docs/spec/wrap.md. A project has no e-mail. */
export interface SealedName {
  readonly name: string;
  readonly email?: string;
}

export function encodeName(name: SealedName): Uint8Array {
  return encodeCbor({ name: name.name, email: name.email });
}

/** @throws HxError `encoding-invalid` */
export function decodeName(bytes: Uint8Array): SealedName {
  const map = decodeCborMap(bytes);
  const email = optionalTextField(map, "email");
  return { name: textField(map, "name"), ...(email === undefined ? {} : { email }) };
}
