/**
 * Whether git ended because a partial clone lacks an object and nothing may be fetched. A git before 2.45 tries all the same:
 * its child is not allowed any protocol and says so, and git itself may then die of the broken pipe before it says more.
 */
export function wantedToFetch(stderr: string): boolean {
  return /promisor remote|lazy fetch|transport '[^']*' not allowed/i.test(stderr);
}
