/** A version of a coding agent as numbers in their order; null where it does not begin with one. What follows a `-` or `+` does not count. */
function numbersOf(version: string): readonly number[] | null {
  const found = /^v?(\d{1,9}(?:\.\d{1,9})*)/.exec(version);
  return found === null ? null : (found[1] ?? "").split(".").map(Number);
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** The newest of some versions; undefined where none can be compared. */
export function newestVersion(versions: readonly string[]): string | undefined {
  let newest: { readonly version: string; readonly numbers: readonly number[] } | undefined;
  for (const version of versions) {
    const numbers = numbersOf(version);
    if (numbers !== null && (newest === undefined || compare(numbers, newest.numbers) > 0)) newest = { version, numbers };
  }
  return newest?.version;
}

/** Whether a version is newer than every one of the others. False where it cannot be told. */
export function isNewerThanAll(version: string, others: readonly string[]): boolean {
  const [numbers, newest] = [numbersOf(version), numbersOf(newestVersion(others) ?? "")];
  return numbers !== null && newest !== null && compare(numbers, newest) > 0;
}
