import type { Places } from "../../ports/places.ts";

/** The nearest repository around an existing real directory, as git finds it. */
export type Enclosing =
  | { readonly kind: "repository"; readonly root: string; readonly commonDirectory: string }
  | { readonly kind: "broken"; readonly root: string }
  | { readonly kind: "none" };

/** Walks up from a real directory. No environment variable takes part: `GIT_DIR` moves no boundary. */
export function repositoryOf(places: Places, directory: string): Enclosing {
  for (let at: string | null = directory; at !== null; at = places.parent(at)) {
    const found = places.gitAt(at);
    if (found?.kind === "broken") return { kind: "broken", root: at };
    if (found !== null) return { kind: "repository", root: at, commonDirectory: found.commonDirectory };
  }
  return { kind: "none" };
}
