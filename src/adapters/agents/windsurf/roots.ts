import path from "node:path";

/** Where Windsurf's transcripts are. All absolute. */
export interface WindsurfOptions {
  readonly home: string;
}

export function windsurfRoots({ home }: WindsurfOptions): readonly string[] {
  return [path.join(home, ".windsurf", "transcripts")];
}
