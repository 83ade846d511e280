import type { TextForm } from "../../domain/secrets/unescape.ts";
import type { Agent, FileRole } from "../../ports/agent.ts";
import type { NewFile } from "../../ports/file-tree.ts";
import type { RebuiltFile } from "../read/rebuild.ts";
import { formOf } from "../scan/form.ts";
import { recordsIn } from "./map-file.ts";

/**
 * Top of the checkout in which a session ran, as its records name it: the first directory of its transcripts, without the path below the
 * top that was sealed with it. null where no record names a directory, or it is another.
 * @param cwd `cwd` of the private block
 */
export async function recordedCheckout(agent: Agent, files: readonly RebuiltFile<Pick<NewFile, "read">>[], cwd: string | undefined): Promise<string | null> {
  if (cwd === undefined) return null;
  for (const file of files) {
    if (file.role !== "transcript") continue;
    const reader = agent.records(file);
    for await (const { bytes, isRecord } of recordsIn(file.target, file.size, recordForm(agent, file))) {
      const directory = isRecord ? reader.take(bytes) : undefined;
      if (directory !== undefined) return checkoutOf(directory, cwd);
    }
  }
  return null;
}

/** Whether a file has a record in each line, or is one. */
export function recordForm(agent: Agent, file: { readonly path: string; readonly role: FileRole }): TextForm {
  if (file.role !== "transcript" && file.role !== "subagent") return formOf(file.path);
  return agent.records(file).takes === "document" ? "text" : "lines";
}

/** Top of the checkout to which a recorded directory belongs; null where it is no directory of this path. @param cwd `cwd` of the private block */
export function checkoutOf(directory: string, cwd: string | undefined): string | null {
  if (cwd === undefined) return null;
  const path = directory.replace(/(?<=.)[\\/]+$/, "");
  if (cwd === ".") return path;
  const below = cwd.split("/");
  const components = path.split(/[\\/]/);
  if (components.slice(-below.length).join("/") !== cwd) return null;
  const top = path.slice(0, path.length - components.slice(-below.length).join("/").length - 1);
  return top === "" ? null : top;
}

/**
 * The directory of a checkout in which a session goes on. `cwd` is somebody else's word: what would lead out of the checkout does not count.
 * @param checkout absolute
 */
export function directoryIn(checkout: string, cwd: string | undefined): string {
  const components = (cwd ?? ".").split(/[\\/]/).filter((part) => part !== "." && part !== "");
  const isSafe = cwd !== undefined && !/^(?:[\\/]|[A-Za-z]:)/.test(cwd) && !cwd.includes("\0") && !components.includes("..");
  return isSafe && components.length > 0 ? [checkout, ...components].join(checkout.includes("\\") && !checkout.includes("/") ? "\\" : "/") : checkout;
}
