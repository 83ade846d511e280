import { ledgerOfSamples } from "./agent-ledger-tests.ts";

ledgerOfSamples([{ name: "gemini-cli" }, { name: "qwen-code" }]);
