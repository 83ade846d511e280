import type { IdentityPorts } from "../app/identity/ports.ts";
import { verifySessions, type Finding } from "../app/sessions/verify-all.ts";
import { fetchOnly } from "../app/sync/sync.ts";
import type { VerifyReport, WorldContext } from "../cli/world.ts";
import { HxError, isHxError } from "../domain/errors.ts";
import { bringChain, openClone } from "./clone.ts";
import { openHere } from "./here.ts";
import type { Settings } from "./settings.ts";

/** `hx verify`: everything signed and hashed, everything that can be opened is opened. */
export async function verifyHere(
  settings: Settings,
  context: WorldContext,
  ports: () => Promise<IdentityPorts>,
  options: { readonly full: boolean; readonly remote?: string },
): Promise<VerifyReport> {
  await bringChain(await openClone(settings, context.directory), context.signal);
  const here = await openHere(settings, context.directory, ports, "maybe");
  const { clone, ledger, state } = here;
  const listed = state.effective.listedRemotes.map(({ name }) => name);
  const remote = options.remote ?? listed[0];
  if (remote !== undefined && !listed.includes(remote)) throw new HxError("not-connected", `'${remote}' is not a listed remote of this clone`);
  const findings: Finding[] = [];
  if (remote !== undefined) {
    context.progress.phase(`asking ${remote}`);
    try {
      const result = await fetchOnly(ledger, clone.remote, remote, { waitMs: 10_000, signal: context.signal, whole: options.full });
      for (const { lane, error } of result.problems) findings.push({ severity: "error", code: error.code, message: error.message, place: [["remote", remote], ["lane", lane]] });
      for (const lane of result.withheld) findings.push({ severity: "warning", code: "lane-withheld", message: `lane '${lane}' is withheld`, place: [["remote", remote], ["lane", lane]] });
    } catch (error) {
      if (!isHxError(error) || error.code !== "remote-failed") throw error;
      findings.push({ severity: "warning", code: error.code, message: error.message, place: [["remote", remote]] });
    }
  }
  context.progress.phase("verifying");
  const report = await verifySessions(ledger, state.chain, here.author, here.author === null ? [] : await here.mine());
  return { ...report, findings: [...findings, ...report.findings] };
}
