import { ampFixture } from "./amp.fixture.ts";
import { agentContract } from "./contract.ts";
import { turnsContract } from "./turns-contract.ts";

agentContract("amp", ampFixture);
turnsContract("amp", ampFixture);
