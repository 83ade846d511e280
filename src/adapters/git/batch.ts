import { spawn } from "node:child_process";
import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { concat } from "../../domain/bytes.ts";
import { HxError } from "../../domain/errors.ts";
import { isObjectType } from "./encode.ts";
import type { ObjectType } from "./encode.ts";
import { MAX_OBJECT } from "./loose.ts";
import { cannotStart, withoutCredentials } from "./run.ts";
import type { GitProgram } from "./run.ts";

/** One answer of `git cat-file`; `content` is there when it was asked for. Null: not present. */
export interface Answer {
  readonly oid: string;
  readonly type: ObjectType;
  readonly size: number;
  readonly content: Uint8Array | null;
}

export interface Question {
  readonly line: string;
  readonly wantsContent: boolean;
  readonly resolve: (answer: Answer | null) => void;
  readonly reject: (error: HxError) => void;
}

/** How the process ended with questions open. */
export interface Ending {
  readonly code: number | null;
  readonly stderr: string;
  readonly open: readonly Question[];
}

/** One running `git cat-file` that answers in the order of the questions. */
export interface Batch {
  ask(question: Question): void;
  close(): Promise<void>;
}

/** `flush` is what makes git write out its answers when it runs with `--buffer`; null where it does so by itself. */
export function startBatch(
  program: GitProgram,
  args: readonly string[],
  flush: string | null,
  onEnd: (ending: Ending) => void,
): Batch {
  const child = spawn(program.git, args, { env: program.env, stdio: "pipe", windowsHide: true });
  const open: Question[] = [];
  const answers = answerParser(open, () => hold(child, open.length > 0));
  let pending = "";
  let stderr = "";
  let ended = false;
  const closed = new Promise<void>((resolve) => {
    child.on("close", (code) => {
      ended = true;
      resolve();
      onEnd({ code, stderr: withoutCredentials(stderr), open: open.splice(0) });
    });
    child.on("error", (cause) => {
      ended = true;
      resolve();
      const error = cannotStart(program.git, cause);
      for (const question of open.splice(0)) question.reject(error);
    });
  });
  child.stdin.on("error", () => undefined);
  child.stderr.on("data", (chunk: Buffer) => (stderr = (stderr + chunk.toString("utf8")).slice(-4096)));
  child.stdout.on("data", answers);
  hold(child, false);
  // Questions that the same answers led to go out together: a tick runs when no promise is left to settle.
  const send = (): void => {
    if (pending === "") return;
    child.stdin.write(flush === null ? pending : pending + flush);
    pending = "";
  };
  return {
    ask(question) {
      open.push(question);
      hold(child, true);
      if (pending === "") process.nextTick(send);
      pending += `${question.line}\n`;
    },
    async close() {
      if (ended) return;
      hold(child, true);
      send();
      child.stdin.end();
      await closed;
    },
  };
}

/** An idle helper must not keep hx from ending. */
function hold(child: ChildProcessWithoutNullStreams, busy: boolean): void {
  const sockets: readonly unknown[] = [child.stdin, child.stdout, child.stderr];
  if (busy) child.ref();
  else child.unref();
  for (const socket of sockets) {
    if (!isHeld(socket)) continue;
    if (busy) socket.ref();
    else socket.unref();
  }
}

function isHeld(socket: unknown): socket is { ref(): void; unref(): void } {
  return typeof socket === "object" && socket !== null && "ref" in socket && "unref" in socket;
}

/** Format: `<oid> <type> <size>`, LF, and for content the bytes and LF; or `<what was asked> missing`. */
function answerParser(open: Question[], onSettled: () => void): (chunk: Buffer) => void {
  let line: Uint8Array = new Uint8Array();
  let body: { readonly head: Answer; readonly bytes: Uint8Array | null; filled: number } | null = null;
  const settle = (act: (question: Question) => void): void => {
    const question = open.shift();
    if (question !== undefined) act(question);
    onSettled();
  };
  const takeLine = (said: string): void => {
    const head = parseHead(said);
    if (head === null) return settle((question) => question.resolve(null));
    if (open[0]?.wantsContent !== true) return settle((question) => question.resolve(head));
    body = { head, bytes: head.size > MAX_OBJECT ? null : new Uint8Array(head.size), filled: 0 };
  };
  return (chunk) => {
    let at = 0;
    while (at < chunk.length) {
      if (body === null) {
        const end = chunk.indexOf(10, at);
        const piece = chunk.subarray(at, end < 0 ? chunk.length : end);
        line = line.length === 0 ? piece : concat(line, piece);
        if (end < 0) return;
        at = end + 1;
        const said = Buffer.from(line).toString("utf8");
        line = new Uint8Array();
        takeLine(said);
        continue;
      }
      const { head, bytes } = body;
      const take = Math.min(head.size - body.filled, chunk.length - at);
      bytes?.set(chunk.subarray(at, at + take), body.filled);
      body.filled += take;
      at += take;
      if (body.filled < head.size || at >= chunk.length) continue;
      at += 1;
      body = null;
      settle((question) => (bytes === null ? question.reject(tooLarge(head)) : question.resolve({ ...head, content: bytes })));
    }
  };
}

function parseHead(said: string): Answer | null {
  const [oid = "", type = "", size = ""] = said.split(" ");
  if (!isObjectType(type) || !/^[0-9a-f]+$/.test(oid) || !/^[0-9]+$/.test(size)) return null;
  return { oid, type, size: Number(size), content: null };
}

function tooLarge(head: Answer): HxError {
  return new HxError("lane-invalid", `object '${head.oid}' is too large: ${head.size} bytes`);
}
