/** Somebody or something of the workspace. `name` is absent where no key at hand opens it. */
export interface Named {
  readonly id: string;
  readonly name?: string;
}
