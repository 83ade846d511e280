import type { IdentityPorts } from "../app/identity/ports.ts";
import { showIdentity } from "../app/identity/show.ts";
import type { IdentitySummary } from "../cli/world.ts";
import { HxError } from "../domain/errors.ts";
import type { Settings } from "./settings.ts";

/** @throws HxError `no-identity` */
export async function summaryOf(settings: Settings, ports: IdentityPorts): Promise<IdentitySummary> {
  const shown = await showIdentity(ports);
  if (shown === null) throw new HxError("no-identity", "there is no identity on this machine", { hints: ["hx identity new", "hx identity restore"] });
  const { person, device, devices, epoch, protection, open } = shown;
  return { person, ...(device === undefined ? {} : { device }), epoch, devices: devices.length, protection, open, directory: settings.configDirectory };
}
