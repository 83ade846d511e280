import type { IdentityPorts } from "../app/identity/ports.ts";
import { check, fail, ok } from "../app/doctor/check.ts";
import type { Check } from "../cli/world.ts";
import { connected, openClone, openLedger } from "./clone.ts";
import type { Settings } from "./settings.ts";

/** All checks, in the order in which they are shown. Never throws: what a check throws is its failure. */
export async function* doctor(settings: Settings, directory: string, ports: () => Promise<IdentityPorts>, options: { readonly offline: boolean }): AsyncIterable<Check> {
  yield check("node", () => (Number(process.versions.node.split(".")[0]) >= 20 ? ok(process.versions.node) : fail(`node ${process.versions.node} is too old`)));
  yield check("identity", async () => ((await (await ports()).files.read("identity/device.key", { secret: true })) === null ? fail("there is none", "hx identity new") : ok("present")));
  yield check("repository", async () => ok((await openClone(settings, directory)).repository.checkout.commonDirectory));
  yield check("connection", async () => {
    const clone = await openClone(settings, directory);
    const { effective } = await connected(clone, await openLedger(clone));
    return ok(`${effective.listedRemotes.length} listed remotes${options.offline ? ", not asked" : ""}`);
  });
}
