import type { PolicyTerms } from "../domain/policy/terms.ts";

/** Bytes of `.hx/policy/terms.yaml` ↔ its content. */
export interface TermsFile {
  /** @throws HxError `policy-invalid` that says what is wrong with the file; `too-new` */
  parse(bytes: Uint8Array): PolicyTerms;
  print(terms: PolicyTerms): Uint8Array;
}
