import { randomBytes } from "node:crypto";
import { mkdir, open, realpath, rename, rm } from "node:fs/promises";
import path from "node:path";
import { HxError } from "../../../domain/errors.ts";
import { placeBelow } from "../shared/place.ts";
import { isJson, type Json } from "../shared/record.ts";
import { DESCRIPTION, FORMAT, readHead, type Description } from "./description.ts";
import { LINES_FORMAT } from "./lines.ts";

const LINES_FILE = "session.jsonl";
const TEXT_FILE = "transcript.txt";
const BYTES_FILE = "transcript.bin";

/** A session out of a payload: its description, and the bytes of its one file. */
export interface HandedOver {
  readonly description: Description & Json;
  readonly content: Uint8Array;
}

/**
 * Reads a payload: docs/spec/door.md.
 * @throws HxError `usage`, which names the field
 */
export function readHandedOver(text: string): HandedOver {
  let payload: unknown;
  try {
    payload = JSON.parse(text);
  } catch (cause) {
    throw new HxError("usage", "the payload is not JSON", { cause });
  }
  if (!isJson(payload)) throw new HxError("usage", "the payload is not an object");
  const { format = FORMAT, transcript, base64, lines, files, ...rest } = payload;
  if (format !== FORMAT) throw new HxError("usage", `in the payload: 'format' is not '${FORMAT}'`);
  if (files !== undefined) throw new HxError("usage", "in the payload: 'files' goes into a folder only; a payload has one of 'transcript', 'base64', 'lines'");
  const read = readHead(rest);
  if (!("head" in read)) throw new HxError("usage", `in the payload: ${read.problem}`);
  const { name, content } = contentOf({ transcript, base64, lines });
  // What is not known of the payload is kept, and the description of an earlier payload is replaced.
  const description = { ...rest, ...read.head, format: FORMAT, files: [{ path: name, role: "transcript", growth: name === LINES_FILE ? "append" : "rewrite" }] } as const;
  return { description, content };
}

function contentOf(given: { readonly transcript: unknown; readonly base64: unknown; readonly lines: unknown }): { readonly name: string; readonly content: Uint8Array } {
  const named = Object.entries(given).filter(([, value]) => value !== undefined);
  if (named.length !== 1) throw new HxError("usage", "in the payload: exactly one of 'transcript', 'base64' and 'lines' is needed");
  const { transcript, base64, lines } = given;
  if (transcript !== undefined) {
    if (typeof transcript !== "string") throw new HxError("usage", "in the payload: 'transcript' is not a text");
    return { name: isLines(transcript) ? LINES_FILE : TEXT_FILE, content: new TextEncoder().encode(transcript) };
  }
  if (base64 !== undefined) {
    if (typeof base64 !== "string" || !/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(base64.replaceAll(/\s/g, ""))) throw new HxError("usage", "in the payload: 'base64' is not base64 (RFC 4648)");
    return { name: BYTES_FILE, content: Buffer.from(base64, "base64") };
  }
  if (!Array.isArray(lines)) throw new HxError("usage", "in the payload: 'lines' is not a list");
  const bad = lines.findIndex((line) => !isJson(line) || typeof line["type"] !== "string");
  if (bad >= 0) throw new HxError("usage", `in the payload: 'lines[${bad}]' is not an object with a 'type'`);
  const records: readonly unknown[] = [{ type: "session", format: LINES_FORMAT }, ...lines];
  return { name: LINES_FILE, content: new TextEncoder().encode(records.map((record) => `${JSON.stringify(record)}\n`).join("")) };
}

/** A transcript that says itself that it is of lines that hx understands. */
function isLines(transcript: string): boolean {
  try {
    const first: unknown = JSON.parse(transcript.slice(0, Math.max(0, transcript.indexOf("\n"))));
    return isJson(first) && first["type"] === "session" && first["format"] === LINES_FORMAT;
  } catch {
    return false;
  }
}

/**
 * Writes it into its folder below `root`: the content first, each file whole or not at all, the description last, so that nobody
 * finds a session that is not all there. Directories have mode 0700, files 0600.
 * @throws HxError `refused` when a link stands in the way, `io-failed`
 */
export async function handOver(root: string, { description, content }: HandedOver): Promise<void> {
  const { agent, id, files } = description;
  try {
    await mkdir(root, { recursive: true, mode: 0o700 });
    const real = await realpath(root);
    const folder = await placeBelow(real, [agent, id]);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    if ((await realpath(folder)) !== folder) throw new HxError("refused", `'${folder}' is reached by a link`);
    for (const file of files) await writeWhole(path.join(folder, file.path), content);
    await writeWhole(path.join(folder, DESCRIPTION), new TextEncoder().encode(`${JSON.stringify(description, null, 2)}\n`));
  } catch (cause) {
    if (cause instanceof HxError) throw cause;
    throw new HxError("io-failed", `cannot write the session below '${root}'`, { cause });
  }
}

async function writeWhole(place: string, content: Uint8Array): Promise<void> {
  const temporary = `${place}.${randomBytes(6).toString("hex")}.tmp`;
  const file = await open(temporary, "wx", 0o600);
  try {
    await file.writeFile(content);
    await file.sync();
    await file.close();
    await rename(temporary, place);
  } catch (error) {
    await file.close().catch(() => undefined);
    await rm(temporary, { force: true });
    throw error;
  }
}
