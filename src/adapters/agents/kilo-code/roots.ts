import type { FamilyOptions } from "../shared/opencode-family/dialect.ts";
import { familyRoots } from "../shared/opencode-family/place.ts";

/** Folder below the data home. */
export const FOLDER = "kilo";

export function kiloCodeRoots(options: FamilyOptions): readonly string[] {
  return familyRoots({ folder: FOLDER }, options);
}
