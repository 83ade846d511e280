import { readCard, readDeviceKey } from "../identity/files.ts";
import type { IdentityPorts } from "../identity/ports.ts";
import { showIdentity } from "../identity/show.ts";
import { check, fail, ok, warn, type Check } from "./check.ts";

/** Where an opened key is remembered, as a person is told. */
export interface UnlockPlace {
  readonly text: string;
  /** True where it outlives the power. */
  readonly onDisk: boolean;
}

/** Key file, card, and where an unlock is kept. Asks for no passphrase. */
export async function* identityChecks(ports: IdentityPorts, unlock: UnlockPlace): AsyncGenerator<Check> {
  yield check("identity", async () => {
    const locked = await readDeviceKey(ports);
    if (locked === null) return fail("there is no identity on this machine", "hx identity new");
    if (locked.kdf.alg === "none") return warn("present, and locked by nothing: whoever reads the key file reads your sessions", "hx identity passphrase");
    const shown = await showIdentity(ports);
    const lock = locked.kdf.alg === "argon2id" ? "by a passphrase" : "by the keyring of the operating system";
    return ok(`present, readable by you alone, locked ${lock}, now ${shown?.open === true ? "open" : "closed"}`);
  });
  yield check("card", async () => {
    const found = await readCard(ports);
    if (found === null) return fail("the card of your identity is missing", "hx identity restore");
    const { devices, keys } = found.card;
    return ok(`every signature verifies: ${devices.length} device${devices.length === 1 ? "" : "s"}, person key of epoch ${keys.length - 1}`);
  });
  yield check("unlock place", () =>
    unlock.onDisk ? warn(`an unlocked key is kept in ${unlock.text}: it outlives the power until its time is over`, "hx identity lock") : ok(`an unlocked key is kept in ${unlock.text}`),
  );
}
