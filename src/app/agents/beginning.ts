import type { Agent, OpenFile, SessionSource, SourceFile } from "../../ports/agent.ts";

/** What the first records of a session say, without reading more of it than that. */
export interface Beginning {
  readonly directory?: string;
  readonly version?: string;
}

/** Of a file of lines, so many bytes are looked at. */
const HEADS = [64 << 10, 1 << 20] as const;
/** A file that is replaced as a whole is read only up to this size. */
const LARGEST = 16 << 20;

/** Nothing where the transcript is gone, damaged or too large. */
export async function beginningOf(agent: Agent, { files }: SessionSource): Promise<Beginning> {
  const [main] = files;
  const open = main === undefined ? null : await agent.open(main).catch(() => null);
  if (main === undefined || open === null) return {};
  try {
    return main.growth === "append" ? await ofLines(agent, main, open) : await ofWhole(agent, main, open);
  } finally {
    await open.close();
  }
}

async function ofLines(agent: Agent, file: SourceFile, open: OpenFile): Promise<Beginning> {
  let said: Beginning = {};
  for (const head of HEADS) {
    said = read(agent, file, linesIn(await open.read(0, head)));
    if (said.directory !== undefined || open.size <= head) break;
  }
  return said;
}

async function ofWhole(agent: Agent, file: SourceFile, open: OpenFile): Promise<Beginning> {
  return open.size > LARGEST ? {} : read(agent, file, [await open.read(0, open.size)]);
}

function read(agent: Agent, { path, role }: SourceFile, records: Iterable<Uint8Array>): Beginning {
  const reader = agent.records({ path, role });
  let directory: string | undefined;
  for (const record of records) {
    directory = reader.take(record);
    if (directory !== undefined) break;
  }
  reader.keep();
  const { version } = reader.facts();
  return { ...(directory === undefined ? {} : { directory }), ...(version === undefined ? {} : { version }) };
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
