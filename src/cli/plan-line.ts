/** One thing that a command is about to do, or did. */
export interface PlanLine {
  /** `create`, `change`, `remove`, `keep`, `by hand` */
  readonly action: string;
  readonly what: string;
  readonly where?: string;
}
