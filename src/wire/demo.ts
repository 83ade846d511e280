import type { DemoStep, WorldContext } from "../cli/world.ts";
import { HxError } from "../domain/errors.ts";
import { scenes } from "./demo/scenes.ts";
import { Stage } from "./demo/stage.ts";

/**
 * The whole journey in a temporary directory, with this same program as its own child: what is shown is what ran.
 * Nothing is left behind, after a failure and an interruption too.
 * @throws HxError `io-failed` when a command fails or a comparison does not hold
 */
export async function* demo(context: WorldContext): AsyncGenerator<DemoStep> {
  const program = process.argv[1];
  if (program === undefined) throw new HxError("internal", "the demo does not know which program this is");
  context.progress.phase("setting the stage");
  const stage = await Stage.open(program, process.env["PATH"] ?? "/usr/bin:/bin", context.signal);
  try {
    yield* scenes(stage, context.progress);
  } finally {
    await stage.close();
  }
  yield { title: "Nothing is left", lines: [`removed ${stage.root}`] };
}
