import path from "node:path";
import { windsurf } from "../../src/adapters/agents/windsurf/adapter.ts";
import type { AgentFixture } from "./contract.ts";

/** A step of Windsurf, made up in the form of the real ones. */
export function windsurfStep(type: string, facts: object, status = "done"): string {
  return JSON.stringify({ [type]: facts, status, type });
}

export function windsurfFixture(home: string): AgentFixture {
  return {
    agent: windsurf({ home }),
    directory: "beside",
    timeless: true,
    id: (number) => `5d000000-0000-4000-8000-${String(number).padStart(12, "0")}`,
    transcript: (id) => path.join(home, ".windsurf", "transcripts", `${id}.jsonl`),
    begin: () => [windsurfStep("planner_response", { response: "" })],
    turn: (_id, directory, prompt, answer) => [
      windsurfStep("user_input", { user_response: prompt }),
      windsurfStep("run_command", { command: "npm test", cwd: directory, exit_code: 0, output: "ok", user_rejected: false }),
      windsurfStep("planner_response", { response: answer }),
    ],
    strange: JSON.stringify({ never_seen: "x", status: "done", type: "never_seen" }),
    payload: (id, transcript) => ({ agent_action_name: "post_cascade_response_with_transcript", trajectory_id: id, execution_id: "e", timestamp: "2026-03-01T10:00:00Z", tool_info: { transcript_path: transcript } }),
  };
}
