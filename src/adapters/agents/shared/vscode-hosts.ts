import path from "node:path";

/** Where editors of VS Code's kind keep what is theirs. All absolute. */
export interface EditorOptions {
  readonly home: string;
  readonly platform: NodeJS.Platform;
  /** `APPDATA`, on Windows. */
  readonly appData?: string;
  /** `XDG_CONFIG_HOME`, on Linux. */
  readonly xdgConfigHome?: string;
  /** `VSCODE_PORTABLE`: the folder beside a portable installation. */
  readonly portable?: string;
}

/** The editor's folder on a desktop, and that of its server on the far end of a connection. */
export const CODE = [
  ["Code", ".vscode-server"],
  ["Code - Insiders", ".vscode-server-insiders"],
  ["VSCodium", ".vscodium-server"],
] as const;

/** The `User` folders of these editors, absolute, whether they are there or not. */
export function userFolders(options: EditorOptions, editors: readonly (readonly [string, string])[], { join }: Pick<path.PlatformPath, "join"> = path): readonly string[] {
  const { home, platform, portable } = options;
  const base = baseOf(options, join);
  const own = portable === undefined || portable === "" ? [] : [join(portable, "user-data", "User")];
  const desktops = editors.map(([name]) => join(base, name, "User"));
  const servers = platform === "win32" ? [] : editors.map(([, server]) => join(home, server, "data", "User"));
  return [...own, ...desktops, ...servers];
}

function baseOf({ home, platform, appData, xdgConfigHome }: EditorOptions, join: path.PlatformPath["join"]): string {
  if (platform === "win32") return appData || join(home, "AppData", "Roaming");
  if (platform === "darwin") return join(home, "Library", "Application Support");
  return xdgConfigHome || join(home, ".config");
}
