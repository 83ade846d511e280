import { HxError } from "../../domain/errors.ts";
import type { Host } from "../host.ts";
import type { RawOutput } from "./output.ts";
import { openTerminal } from "./terminal.ts";

/** The most that stdin may hold where a file is expected, in bytes. */
const MOST_STDIN = 1 << 20;

/** The real surroundings. What only src/wire may know (environment, version, world) is handed in. */
export function processHost(parts: Pick<Host, "version" | "environment" | "openWorld">): Host {
  return {
    ...parts,
    directory: process.cwd(),
    stdout: outputOf(process.stdout),
    stderr: outputOf(process.stderr),
    readStdin,
    openTerminal,
    onInterrupt,
    abandon: () => void process.kill(process.pid, "SIGINT"),
    now: () => Date.now(),
  };
}

function outputOf(stream: NodeJS.WriteStream): RawOutput {
  const isTTY = stream.isTTY === true;
  // A terminal without a width (some pseudo-terminals) has 0 columns.
  return isTTY && stream.columns > 0 ? { stream, isTTY, columns: stream.columns } : { stream, isTTY };
}

/** `once`: the second SIGINT finds no listener and kills. */
function onInterrupt(callback: () => void): () => void {
  process.once("SIGINT", callback);
  return () => process.off("SIGINT", callback);
}

async function readStdin(most: number = MOST_STDIN): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of process.stdin) {
    const bytes = Buffer.from(chunk);
    length += bytes.length;
    if (length > most) throw new HxError("usage", `more than ${most} bytes on standard input`);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString("utf8");
}
