import { ledgerOfSamples } from "./agent-ledger-tests.ts";

// The database of Cursor's CLI is among the samples of rows.
ledgerOfSamples([{ name: "gemini-cli" }, { name: "qwen-code" }, { name: "kiro" }, { name: "windsurf" }, { name: "cursor", elsewhere: 1 }]);
