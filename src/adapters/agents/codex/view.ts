import type { SessionView } from "../../../domain/view.ts";
import type { CapturedFile } from "../../../ports/agent.ts";

export async function codexView(files: readonly CapturedFile[]): Promise<SessionView> {
  await Promise.resolve(files);
  return { agent: "codex", id: "", models: [], turns: [], damaged: 0, unknown: {} };
}
