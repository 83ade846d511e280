/** The collection boundary of one repository, as capture asks it. No switch ignores it. */
export interface Boundary {
  /** Whether what ran in this directory (absolute) belongs to this repository. */
  side(directory: string): Promise<"inside" | "outside">;
  /** The directory relative to the top of its working tree, `.` for the top. */
  relative(directory: string): Promise<string>;
}
