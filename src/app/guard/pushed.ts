import { isRefName, type Oid } from "../../domain/ids.ts";
import type { Repository } from "../../ports/git.ts";
import type { GuardOptions, GuardPorts } from "./ports.ts";

/** A ref that somebody pushes. */
export interface PushedRef {
  /** Full name. Of code it may hold any character that git permits. */
  readonly ref: string;
  /** null: it is deleted. What it says now, the repository knows. */
  readonly to: Oid | null;
}

/** A push that waits for its judgement, at the repository that takes it. */
export interface Push {
  readonly ports: GuardPorts;
  readonly repository: Repository;
  readonly pushed: ReadonlyMap<string, PushedRef>;
  /** All refs of the push are known (`pre-receive`). False: one of them, and the others may come before or after (`update`). */
  readonly whole: boolean;
  readonly options: GuardOptions;
  /** What a ref says now. */
  before(ref: string): Promise<Oid | null>;
  /** What it would say after the push. */
  after(ref: string): Promise<Oid | null>;
}

export function pushOf(ports: GuardPorts, repository: Repository, refs: readonly PushedRef[], { whole, ...options }: GuardOptions & { readonly whole: boolean }): Push {
  const pushed = new Map(refs.map((ref) => [ref.ref, ref]));
  const before: Push["before"] = async (ref) => (isRefName(ref) ? await repository.store.read(ref) : await repository.resolve(ref));
  return { ports, repository, pushed, whole, options, before, after: async (ref) => (pushed.has(ref) ? (pushed.get(ref)?.to ?? null) : await before(ref)) };
}
