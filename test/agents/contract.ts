import { describe } from "vitest";
import { desks } from "./contract/desk.ts";
import type { MakeFixture } from "./contract/fixture.ts";
import { hookContract } from "./contract/hooks.ts";
import { hostileContract } from "./contract/hostile.ts";
import { placeContract } from "./contract/place.ts";
import { readingContract } from "./contract/reading.ts";
import { recordsContract } from "./contract/records.ts";
import { storeContract } from "./contract/store.ts";
import { viewContract } from "./contract/view.ts";

export type { AgentFixture, AnyFixture, DocumentFixture, MadeTurn, MakeFixture, RowsFixture } from "./contract/fixture.ts";
export { writeSession } from "./contract/fixture.ts";

/** Every agent must pass this, whatever it stores: lines, documents or rows. `make` gets an empty home directory. */
export function agentContract(name: string, make: MakeFixture): void {
  const storage = make("/home/dev/user").storage ?? "lines";
  describe(`${name}: contract of an agent`, () => {
    const at = desks(make);
    storeContract(at);
    readingContract(at, storage);
    recordsContract(at);
    viewContract(at);
    hostileContract(at);
    hookContract(at);
    placeContract(at);
  });
}
