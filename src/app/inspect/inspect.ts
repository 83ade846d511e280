import type { Repository } from "../../ports/git.ts";
import type { Ledger } from "../ledger.ts";

export async function inspect(_ledger: Ledger, _repository: Repository, what: string): Promise<{ what: string; kind: string; sections: [] }> {
  return { what, kind: "unknown", sections: [] };
}
