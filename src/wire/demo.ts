import type { DemoStep, WorldContext } from "../cli/world.ts";

export async function* demo(_context: WorldContext): AsyncGenerator<DemoStep> {}
