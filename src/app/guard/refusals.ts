import { HxError, isHxError } from "../../domain/errors.ts";
import type { GuardCode, GuardFinding } from "../../domain/guard/finding.ts";

/** Commands that mend, by class; what hangs on the ref is said where it is refused. */
const HINTS: Readonly<Record<GuardCode, string>> = {
  "connection-missing": "hx init",
  "connection-invalid": "git log -p -- .hx/connection.yaml",
  "connection-contradicted": "hx doctor",
  "connection-weakened": "git log -p -- .hx/connection.yaml",
  "remote-unlisted": "git remote -v",
  "policy-unknown": "hx policy history",
  "policy-coming": "hx policy show",
  "policy-loosened": "hx policy check",
  "anchor-missing": "hx guard anchor",
  "anchor-invalid": "hx guard anchor",
  "chain-missing": "hx init",
  "chain-deleted": "hx sync",
  "chain-rewritten": "hx sync",
  "chain-invalid": "hx verify",
  "lane-deleted": "hx sync",
  "lane-rollback": "hx sync",
  "lane-fork": "hx verify",
  "lane-rewritten": "hx verify",
  "lane-grafted": "hx verify",
  "lane-unsigned": "hx verify",
  "lane-uncertified": "hx identity unlock && hx sync",
  "lane-frozen": "hx identity unlock && hx sync",
  "lane-withheld": "hx verify",
  "lane-invalid": "hx verify",
  "segment-invalid": "hx verify --full",
  "keys-deleted": "hx sync",
  "keys-missing": "hx sync",
  "keys-orphaned": "hx sync",
  "keys-rollback": "hx sync",
  "keys-unsigned": "hx verify",
  "keys-invalid": "hx verify",
  "wrap-missing": "hx sync",
  "card-invalid": "hx join",
  "probe-invalid": "hx doctor",
  "ref-unknown": "hx doctor",
  "object-missing": "hx sync",
  "too-new": "npm install -g hx",
};

export function refused(code: GuardCode, ref: string, message: string, hint: string = HINTS[code]): GuardFinding {
  return { severity: "refused", code, ref, message, hint };
}

export function warned(code: GuardCode, ref: string, message: string, hint: string = HINTS[code]): GuardFinding {
  return { severity: "warning", code, ref, message, hint };
}

/** What judging something came to: the value, or what refuses it. */
export type Judged<Value> = { readonly value: Value; readonly finding?: undefined } | { readonly value?: undefined; readonly finding: GuardFinding };

/**
 * Turns what a verifier throws into a finding. What says nothing of the thing that is judged (git that does not run) stays an error.
 * @param codeOf the class of an error that is about the thing itself
 */
export async function judged<Value>(ref: string, codeOf: (error: HxError) => GuardCode, work: () => Promise<Value>): Promise<Judged<Value>> {
  try {
    return { value: await work() };
  } catch (error) {
    if (!isHxError(error) || ABOUT_THIS_MACHINE.has(error.code)) throw error;
    return { finding: refused(commonCode(error) ?? codeOf(error), ref, error.message) };
  }
}

const ABOUT_THIS_MACHINE: ReadonlySet<string> = new Set(["git-failed", "io-failed", "remote-failed", "interrupted", "internal"]);

function commonCode(error: HxError): GuardCode | null {
  if (error.code === "too-new") return "too-new";
  return error.code === "missing-object" ? "object-missing" : null;
}

/** What somebody did to a lane, by what the verifier of lanes says. */
export function laneCode(error: HxError): GuardCode {
  if (error.code === "lane-rollback" || error.code === "lane-fork") return error.code;
  const { rule } = error.data;
  if (rule === "history") return "lane-rewritten";
  if (rule === "place") return "lane-grafted";
  if (rule === "certificate") return "lane-uncertified";
  const { cause } = error;
  const code = isHxError(cause) ? cause.code : error.code;
  if (code === "signature-invalid") return "lane-unsigned";
  return code === "segment-invalid" ? "segment-invalid" : "lane-invalid";
}

export function keysCode(error: HxError): GuardCode {
  const { rule } = error.data;
  if (rule === "counter") return "keys-rollback";
  if (rule === "tombstone") return "wrap-missing";
  const { cause } = error;
  return isHxError(cause) && cause.code === "signature-invalid" ? "keys-unsigned" : "keys-invalid";
}
