import path from "node:path";
import type { Dialect, FamilyOptions } from "./dialect.ts";

/** Where the database is looked for: the one that the environment names, else every one of the folder. */
export function placeOfStore(dialect: Pick<Dialect, "folder">, options: Pick<FamilyOptions, "home" | "xdgDataHome" | "database">, paths: Pick<typeof path, "join" | "resolve" | "isAbsolute" | "dirname" | "basename"> = path): { readonly folder: string; readonly only?: string } {
  const data = options.xdgDataHome === undefined || options.xdgDataHome === "" ? paths.join(options.home, ".local", "share") : paths.resolve(options.xdgDataHome);
  const folder = paths.join(data, dialect.folder);
  const { database } = options;
  if (database === undefined || database === "") return { folder };
  const file = paths.isAbsolute(database) ? database : paths.join(folder, database);
  return { folder: paths.dirname(file), only: paths.basename(file) };
}

/** Where the store may lie, absolute: one place. */
export function familyRoots(dialect: Pick<Dialect, "folder">, options: FamilyOptions): readonly string[] {
  return options.database === ":memory:" ? [] : [placeOfStore(dialect, options).folder];
}
