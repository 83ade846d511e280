import type { RealAgent } from "./agent.ts";
import { claudeCode } from "./agents/claude-code.ts";
import { cline } from "./agents/cline.ts";
import { codex } from "./agents/codex.ts";
import { copilotCli } from "./agents/copilot-cli.ts";
import { factoryDroid } from "./agents/factory-droid.ts";
import { geminiCli } from "./agents/gemini-cli.ts";
import { kiloCode, openCode } from "./agents/opencode.ts";
import { pi } from "./agents/pi.ts";
import { qwenCode } from "./agents/qwen-code.ts";

/** In the order in which they are run. */
export const AGENTS: readonly RealAgent[] = [claudeCode, codex, geminiCli, openCode, qwenCode, pi, copilotCli, factoryDroid, cline, kiloCode];
