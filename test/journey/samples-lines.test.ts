import { ledgerOfSamples } from "./agent-ledger-tests.ts";

ledgerOfSamples([{ name: "copilot-cli" }, { name: "pi" }, { name: "factory-droid" }]);
