import { ledgerOfSamples } from "./agent-ledger-tests.ts";

ledgerOfSamples([{ name: "cline" }, { name: "amp" }, { name: "continue" }, { name: "vscode-copilot" }]);
