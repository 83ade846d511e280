import path from "node:path";
import { entriesOf, isInside, realDirectory, realPathOf } from "../store.ts";
import type { Dialect, FamilyOptions } from "./dialect.ts";
import { placeOfStore } from "./place.ts";

/** The databases of a store that exist, and the directories below which they lie. */
export interface Store {
  readonly roots: readonly string[];
  /** Real paths. The agent's own first, then those of other release channels, by name. */
  readonly databases: readonly string[];
}

export async function storeOf(dialect: Dialect, options: FamilyOptions): Promise<Store> {
  const none = { roots: [], databases: [] };
  if (options.database === ":memory:") return none;
  const { folder, only } = placeOfStore(dialect, options);
  const root = await realDirectory(folder);
  if (root === null) return none;
  const names = only === undefined ? namesIn(dialect, (await entriesOf(root)).map(({ name }) => name)) : [only];
  const real = await Promise.all(names.map((name) => realPathOf(path.join(root, name))));
  const databases = real.filter((file) => file !== null && isInside(root, file)).filter((file) => file !== null);
  return databases.length === 0 && only !== undefined ? none : { roots: [root], databases: [...new Set(databases)] };
}

function namesIn({ database }: Dialect, names: readonly string[]): readonly string[] {
  const own = `${database}.db`;
  const channels = names.filter((name) => name.startsWith(`${database}-`) && name.endsWith(".db")).sort();
  return [...names.filter((name) => name === own), ...channels];
}
