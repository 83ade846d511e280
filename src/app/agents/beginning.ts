import type { Agent, OpenFile, SessionSource, SourceFile } from "../../ports/agent.ts";
import { readDocument } from "../capture/document.ts";

/** What the first records of a session say, without reading more of it than that. */
export interface Beginning {
  readonly directory?: string;
  readonly version?: string;
}

/** Of a file of lines, so many bytes are looked at. */
const HEADS = [64 << 10, 1 << 20] as const;

/** Nothing where the transcript is gone, damaged or too large. */
export async function beginningOf(agent: Agent, { files }: SessionSource): Promise<Beginning> {
  const [main] = files;
  const open = main === undefined ? null : await agent.open(main).catch(() => null);
  if (main === undefined || open === null) return {};
  try {
    const said = main.growth === "append" ? await ofLines(agent, main, open) : await ofDocument(agent, main, open);
    return { ...said, ...(main.directory === undefined ? {} : { directory: main.directory }) };
  } finally {
    await open.close();
  }
}

async function ofLines(agent: Agent, file: SourceFile, open: OpenFile): Promise<Beginning> {
  let said: Beginning = {};
  for (const head of HEADS) {
    said = ofRecords(agent, file, linesIn(await open.read(0, head)));
    if ((said.directory ?? file.directory) !== undefined || open.size <= head) break;
  }
  return said;
}

async function ofDocument(agent: Agent, file: SourceFile, open: OpenFile): Promise<Beginning> {
  const { directories, facts } = await readDocument(agent, file, open);
  return { ...present("directory", directories[0]), ...present("version", facts.version) };
}

function present<Key extends string>(key: Key, value: string | undefined): { readonly [K in Key]?: string } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [K in Key]: string });
}

function ofRecords(agent: Agent, { path, role }: SourceFile, records: Iterable<Uint8Array>): Beginning {
  const reader = agent.records({ path, role });
  let directory: string | undefined;
  for (const record of records) {
    directory = reader.take(record);
    if (directory !== undefined) break;
  }
  reader.keep();
  return { ...present("directory", directory), ...present("version", reader.facts().version) };
}

/** Whole lines, without their line feeds. */
function* linesIn(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; ; ) {
    const feed = bytes.indexOf(0x0a, at);
    if (feed < 0) return;
    yield bytes.subarray(at, feed);
    at = feed + 1;
  }
}
