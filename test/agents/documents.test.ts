import { ampFixture } from "./amp.fixture.ts";
import { continueFixture } from "./continue.fixture.ts";
import { agentContract } from "./contract.ts";
import { turnsContract } from "./turns-contract.ts";

for (const [name, fixture] of [["amp", ampFixture], ["continue", continueFixture]] as const) {
  agentContract(name, fixture);
  turnsContract(name, fixture);
}
