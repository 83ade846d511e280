import { fromHex, fromUtf8, utf8 } from "../../domain/bytes.ts";
import { HxError } from "../../domain/errors.ts";
import type { LaneId, Oid, RepoId } from "../../domain/ids.ts";
import { frozenProblem, type FrozenProblem, type Removals } from "../../domain/workspace/frozen.ts";
import type { WorkFiles } from "../../ports/work-files.ts";

/** What was verified of a lane, and must never be found older or different. All hashes are hex. */
export interface LaneTrust {
  /** Commit of the verified head. */
  readonly oid: Oid;
  readonly seq: number;
  /** `H` of the header's envelope. */
  readonly hash: string;
  readonly day: number;
  readonly level: number;
  readonly eraser: string;
  /** Membership epoch of the header's certificate. */
  readonly epoch: number;
  /** Number of the statement that the header names. */
  readonly headN: number;
  /** Hashes of all headers, by seq, so that a fork is told from a rollback. */
  readonly chain: readonly string[];
  readonly keys?: KeysTrust;
}

/** Holds what was verified of a lane against what was frozen of its repository. */
export function frozenTrust(removals: Pick<Removals, "freezes">, repo: RepoId, lane: LaneId, trust: LaneTrust): FrozenProblem | null {
  return frozenProblem(removals, repo, lane, trust, (seq) => {
    const hash = trust.chain[seq];
    return hash === undefined ? undefined : fromHex(hash);
  });
}

export interface KeysTrust {
  readonly oid: Oid;
  readonly counter: number;
  readonly list: string;
  /** Ids of the wraps that were seen, with their hash. */
  readonly wraps: Readonly<Record<string, string>>;
}

/** Trust state of the lanes of one repository: files `lane/<lane>.json` outside the clone. */
export class LaneTrusts {
  readonly #files: WorkFiles;

  constructor(files: WorkFiles) {
    this.#files = files;
  }

  /** @throws HxError `io-failed` when it is damaged: unlike a cache, it is not thrown away silently */
  async read(lane: LaneId): Promise<LaneTrust | null> {
    const bytes = await this.#files.read(`lane/${lane}.json`);
    if (bytes === null) return null;
    try {
      return JSON.parse(fromUtf8(bytes)) as LaneTrust;
    } catch (cause) {
      throw new HxError("io-failed", `the trust state of lane '${lane}' is damaged`, { cause, hints: ["hx verify"] });
    }
  }

  async write(lane: LaneId, trust: LaneTrust): Promise<void> {
    await this.#files.write(`lane/${lane}.json`, utf8(JSON.stringify(trust)));
  }

  async lanes(): Promise<readonly LaneId[]> {
    return (await this.#files.list("lane")).map((name) => name.replace(/\.json$/, "") as LaneId);
  }
}
