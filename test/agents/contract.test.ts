import { claudeFixture } from "./claude-code.fixture.ts";
import { codexFixture } from "./codex.fixture.ts";
import { agentContract } from "./contract.ts";
import { copilotCliFixture } from "./copilot-cli.fixture.ts";
import { factoryDroidFixture } from "./factory-droid.fixture.ts";
import { piFixture } from "./pi.fixture.ts";
import { turnsContract } from "./turns-contract.ts";

agentContract("claude-code", claudeFixture);
agentContract("codex", codexFixture);
turnsContract("claude-code", claudeFixture);
turnsContract("codex", codexFixture);
agentContract("copilot-cli", copilotCliFixture);
turnsContract("copilot-cli", copilotCliFixture);
agentContract("pi", piFixture);
turnsContract("pi", piFixture);
agentContract("factory-droid", factoryDroidFixture);
turnsContract("factory-droid", factoryDroidFixture);
