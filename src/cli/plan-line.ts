/** A line of a plan that is shown before it is done. */
export interface PlanLine {
  /** `create`, `change`, `remove`, `keep`, `by hand` */
  readonly action: string;
  readonly what: string;
  readonly where?: string;
}
