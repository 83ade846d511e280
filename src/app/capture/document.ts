import { concat } from "../../domain/bytes.ts";
import type { Agent, OpenFile, SessionFacts, SourceFile } from "../../ports/agent.ts";

/** A content of up to so many bytes is held in memory and read as a whole. */
const LARGEST = 64 << 20;
/** Of a larger one a reader gets so much of its head and of its tail. */
const HEAD = 4 << 20;
const TAIL = 1 << 20;

/** What a transcript that is replaced as a whole says of its session. */
export interface DocumentRead {
  /** Where its records ran, absolute; none when they do not say. */
  readonly directories: readonly string[];
  readonly facts: SessionFacts;
  /** False: the agent may be in the middle of writing it. */
  readonly isWhole: boolean;
}

/**
 * The same file with its content in memory, so that what is judged, hashed and taken is one content even while the agent writes
 * another. The file itself where it is too large for that.
 */
export async function held(file: OpenFile): Promise<OpenFile> {
  if (file.size > LARGEST) return file;
  const content = await file.read(0, file.size);
  const { modifiedMs, identity } = file;
  return { size: content.length, modifiedMs, identity, read: async (offset, length) => content.subarray(offset, offset + length), close: () => file.close() };
}

/** Of a file that is too large to be held nobody can say that it is whole. */
export async function readDocument(agent: Pick<Agent, "records">, source: SourceFile, content: OpenFile): Promise<DocumentRead> {
  const reader = agent.records({ path: source.path, role: source.role });
  const isHeld = content.size <= LARGEST;
  const told = reader.take(isHeld ? await content.read(0, content.size) : concat(await content.read(0, HEAD), await content.read(content.size - TAIL, TAIL)));
  return {
    directories: [...(told === undefined ? [] : [told]), ...(reader.directories?.() ?? [])],
    facts: reader.facts(),
    isWhole: isHeld && reader.torn?.() !== true,
  };
}
