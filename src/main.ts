/**
 * Splits the fast lane of the hooks from the lane of the commands, so that neither loads the other.
 * @returns the exit code
 */
export async function main(argv: readonly string[]): Promise<number> {
  if (argv[0] === "hook") {
    const { hookLane } = await import("./hooks/lane.ts");
    return hookLane(argv.slice(1));
  }
  const [{ runProgram }, { realHost }] = await Promise.all([import("./cli/program.ts"), import("./wire/host.ts")]);
  return runProgram(argv, await realHost());
}
