import { createHash } from "node:crypto";
import type { OpenFile } from "../../../ports/agent.ts";
import { asBuffer } from "../shared/json-scan.ts";
import { restoredId } from "./names.ts";

/** One run of Aider in a history: all runs stand in one file, one after the other. */
export interface Section {
  readonly id: string;
  /** Bytes [from, to) of the file. */
  readonly from: number;
  readonly to: number;
  /** When it started, ms since 1970; as in {@link headerTime}. */
  readonly started: number;
  /** When the next run started: then this one grows no more. */
  readonly ended?: number;
}

const MARK = Buffer.from("# aider chat started at ");
const HEADER = /^# aider chat started at (\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)\s*$/;
/** Bytes of a header, and some more. */
const LONGEST = 128;
const STEP = 1 << 20;
/** Some editors put it before all of a text that they save. */
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * The time in a header, ms since 1970; undefined for another line. Aider writes local time without a zone, so it is
 * taken for the zone of the machine that reads it, which is the one that wrote it unless the file was carried elsewhere.
 */
export function headerTime(line: string): number | undefined {
  const match = HEADER.exec(line);
  if (match === null) return undefined;
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = match.slice(1).map(Number);
  return new Date(year, month - 1, day, hour, minute, second).getTime();
}

/** The runs in a history, in order. What stands before the first header belongs to none. @param path of the history in the checkout, with `/` */
export async function sectionsOf(file: OpenFile, path: string): Promise<readonly Section[]> {
  const starts: { readonly at: number; readonly header: string; readonly time: number }[] = [];
  for (let from = 0; from < file.size; from += STEP) {
    // What overlaps is the beginning of the next step: a header that lies across the border is found whole.
    const block = asBuffer(await file.read(from, Math.min(STEP + LONGEST, file.size - from)));
    const before = from === 0 ? 0x0a : (await file.read(from - 1, 1))[0];
    for (let at = block.indexOf(MARK); at >= 0 && at < STEP; at = block.indexOf(MARK, at + 1)) {
      const isFirst = from === 0 && at === BYTE_ORDER_MARK.length && block.subarray(0, at).equals(BYTE_ORDER_MARK);
      const isLine = isFirst || (at === 0 ? before : block[at - 1]) === 0x0a;
      const end = block.indexOf(0x0a, at);
      const header = block.toString("utf8", at, end < 0 ? block.length : end).trimEnd();
      const time = isLine ? headerTime(header) : undefined;
      if (time !== undefined) starts.push({ at: isFirst ? 0 : from + at, header, time });
    }
  }
  const equal = new Map<string, number>();
  return starts.map(({ at, header, time }, index) => {
    const position = equal.get(header) ?? 0;
    equal.set(header, position + 1);
    const next = starts[index + 1];
    return { id: idOf(path, header, index, position), from: at, to: next?.at ?? file.size, started: time, ...(next === undefined ? {} : { ended: next.time }) };
  });
}

/**
 * Aider gives a run no id. This one stays while the history grows, in every checkout: of the time, the path of the history, and the
 * position among runs that started in the same second. In a history that `restore` made the first run has the id in the file's name.
 */
function idOf(path: string, header: string, index: number, position: number): string {
  const time = header.replaceAll(/\D/g, "");
  const stamp = `${time.slice(0, 8)}-${time.slice(8)}`;
  const restored = index === 0 ? restoredId(path) : undefined;
  if (restored?.startsWith(stamp) === true) return restored;
  return `${stamp}-${createHash("sha256").update(`${path}\0${header}\0${position}`).digest("hex").slice(0, 8)}`;
}
