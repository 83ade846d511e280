import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { builtProgram } from "../support-build/build.ts";

/** Puts guard before a bare repository, as whoever runs the server would: a hook of two lines. */
export async function putGuard(bare: string, hook: "pre-receive" | "update" = "pre-receive"): Promise<void> {
  const program = await builtProgram();
  const call = hook === "pre-receive" ? "--pre-receive" : '--update "$1" "$2" "$3"';
  const path = join(bare, "hooks", hook);
  await writeFile(path, `#!/bin/sh\nexec '${process.execPath}' '${program}' guard ${call}\n`);
  await chmod(path, 0o755);
}
