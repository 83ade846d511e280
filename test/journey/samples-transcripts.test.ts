import { ledgerOfSamples } from "./agent-ledger-tests.ts";

// What lies in databases, of Cursor's CLI and editor and of Kiro, is in samples-databases.test.ts.
ledgerOfSamples([{ name: "kiro", elsewhere: 2 }, { name: "windsurf" }, { name: "cursor", elsewhere: 2 }]);
