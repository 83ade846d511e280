import { clineFixture } from "./cline.fixture.ts";
import { agentContract } from "./contract.ts";
import { turnsContract } from "./turns-contract.ts";
import { copilotDocumentsFixture, copilotJournals } from "./vscode-copilot.fixture.ts";

for (const [name, fixture] of [["cline", clineFixture], ["vscode-copilot", copilotDocumentsFixture]] as const) {
  agentContract(name, fixture);
  turnsContract(name, fixture);
}

// Each change may tell of any request: no line of a journal is of one turn.
agentContract("vscode-copilot, journals", copilotJournals);
