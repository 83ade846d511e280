import type { IdentitySummary } from "../world.ts";
import { SCHEMAS } from "./schemas.ts";

/** Public things only: no DTO of hx has a field for a secret. */
export function identityJson(identity: IdentitySummary | null) {
  if (identity === null) return { schema: SCHEMAS.identity, present: false };
  const { person, device, devices, epoch, protection, open, directory } = identity;
  return { schema: SCHEMAS.identity, present: true, person, device, devices, epoch, protection, open, directory };
}
