/**
 * Splits the fast lane of the hooks from the lane of the commands, so that neither loads the other.
 * @returns the exit code
 */
export async function main(argv: readonly string[]): Promise<number> {
  if (argv[0] === "hook") {
    const { hookLane } = await import("./hooks/lane.ts");
    return hookLane(argv.slice(1));
  }
  const { runProgram } = await import("./cli/program.ts");
  return runProgram(argv);
}
