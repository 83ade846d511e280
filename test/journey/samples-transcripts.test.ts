import { ledgerOfSamples } from "./agent-ledger-tests.ts";

// The database of Cursor's CLI is among the samples of rows.
ledgerOfSamples([{ name: "kiro" }, { name: "windsurf" }, { name: "cursor", elsewhere: 1 }]);
