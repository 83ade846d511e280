/** Times in JSON are RFC 3339 in UTC; what is not known is absent. */
export function timeOf(then: number | undefined): string | undefined {
  return then === undefined ? undefined : new Date(then).toISOString();
}
