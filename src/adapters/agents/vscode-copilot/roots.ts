import type path from "node:path";
import { CODE, userFolders, type EditorOptions } from "../shared/vscode-hosts.ts";

/** The `User` folders of VS Code, its Insiders, VSCodium and their servers, absolute. */
export function copilotRoots(options: EditorOptions, paths?: Pick<path.PlatformPath, "join">): readonly string[] {
  return userFolders(options, CODE, paths);
}
