import type { SessionView } from "../../../domain/view.ts";
import type { CapturedFile } from "../../../ports/agent.ts";
import { asBuffer, valueAt } from "../shared/json-scan.ts";
import { defined, isAbsolutePath, isJson, objectOf, textOf } from "../shared/record.ts";

/** What the manifest beside the transcript says of a session that the transcript does not. */
export async function manifestOf(files: readonly CapturedFile[]): Promise<Partial<SessionView>> {
  const file = files.find(({ path, role }) => role === "sidecar" && /^sessions\/([^/]+)\/\1\.json$/.test(path));
  if (file === undefined) return {};
  const bytes = asBuffer(await file.bytes());
  const manifest = valueAt(bytes, { start: 0, end: bytes.length });
  if (!isJson(manifest)) return {};
  const directory = textOf(manifest, "cwd");
  const branch = textOf(objectOf(objectOf(manifest, "metadata"), "git"), "branch");
  return defined({ branch, directory: directory !== undefined && isAbsolutePath(directory) ? directory : undefined });
}
