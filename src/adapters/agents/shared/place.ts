import path from "node:path";
import { HxError } from "../../../domain/errors.ts";
import { isInside, realPathOf } from "./store.ts";

/**
 * The components of a recorded path. The path comes out of a segment, so out of somebody's hands.
 * @throws HxError `refused` when it could name something outside the store
 */
export function safeComponents(recorded: string): readonly string[] {
  const components = recorded.split("/");
  const bad = components.some((part) => part === "" || part === "." || part === ".." || /[\0\\:]/.test(part));
  if (bad || recorded.length > 1024) throw new HxError("refused", `not a path of this agent's store: '${recorded.slice(0, 80)}'`);
  return components;
}

/**
 * A place below the root, absolute.
 * @throws HxError `refused` when a link on the way leads out of the root
 */
export async function placeBelow(root: string, components: readonly string[]): Promise<string> {
  const real = await realPathOf(root);
  const place = path.join(real ?? root, ...components);
  if (real === null) return place;
  for (let ancestor = place; ancestor !== real; ancestor = path.dirname(ancestor)) {
    const resolved = await realPathOf(ancestor);
    if (resolved === null) continue;
    if (!isInside(real, resolved)) throw new HxError("refused", `'${ancestor}' leads out of the agent's store`);
    break;
  }
  return place;
}
