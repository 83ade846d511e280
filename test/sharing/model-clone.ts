import { foldSharing } from "../../src/domain/sharing/fold.ts";
import type { Sharing } from "../../src/domain/sharing/sharing.ts";
import type { WorkspaceState } from "../../src/domain/workspace/state.ts";
import type { Crypto } from "../../src/ports/crypto.ts";
import type { Pair } from "./model.ts";
import type { Reference } from "./reference.ts";
import { believedOf, laneName } from "./say.ts";
import type { Spoken } from "./say.ts";

/** What somebody knows, of the rules under test and of the reference. */
export interface View {
  readonly reference: Reference;
  readonly state: WorkspaceState;
  readonly sharing: Sharing;
}

/**
 * What a reader's clone has fetched: the workspace chain up to some statement, and of each lane its first headers. Both grow with each
 * fetch, and by themselves: a remote may withhold a lane, or the chain.
 */
export class Clone {
  readonly #crypto: Crypto;
  readonly #pair: Pair;
  #state: WorkspaceState;
  /** By lane, in the order in which they came first: how many statements of it are here. */
  readonly #lanes = new Map<string, number>();
  readonly #parts = new Map<string, number>();

  constructor(crypto: Crypto, pair: Pair) {
    this.#crypto = crypto;
    this.#pair = pair;
    this.#state = pair.workspace.state;
  }

  fetch({ chain, lanes }: { readonly chain: boolean; readonly lanes: (lane: string) => boolean }): void {
    const { workspace, reference } = this.#pair;
    if (chain) this.#state = workspace.state;
    const counts = new Map<string, number>();
    for (const spoken of this.#pair.spoken) counts.set(laneOf(spoken), (counts.get(laneOf(spoken)) ?? 0) + 1);
    for (const [lane, count] of counts) if (lanes(lane)) this.#lanes.set(lane, count);
    for (const [name, owner] of reference.owner) if (lanes(laneName(owner, 0))) this.#parts.set(name, reference.parts.get(name) ?? 0);
  }

  /** The statements that are here, lane by lane, as they came. */
  #known(): readonly Spoken[] {
    return [...this.#lanes].flatMap(([lane, count]) => this.#pair.spoken.filter((spoken) => laneOf(spoken) === lane).slice(0, count));
  }

  view(): View {
    const known = this.#known();
    const state = this.#state;
    const ids = new Set(known.filter(({ found }) => found.place.head <= state.head.n).map(({ claim }) => claim.hash));
    const believed = believedOf(this.#crypto, state, known);
    return { reference: this.#pair.reference.upTo(state.head.n, ids, this.#parts), state, sharing: foldSharing(state, believed) };
  }

  look(): void {
    this.#pair.compareAll(this.view());
  }
}

export const laneOf = ({ found }: Spoken): string => found.place.lane;
