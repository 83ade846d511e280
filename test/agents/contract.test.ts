import { claudeFixture } from "./claude-code.fixture.ts";
import { codexFixture } from "./codex.fixture.ts";
import { agentContract } from "./contract.ts";

agentContract("claude-code", claudeFixture);
agentContract("codex", codexFixture);
