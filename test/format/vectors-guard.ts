import { fromUtf8 } from "../../src/domain/bytes.ts";
import { laneId, repoId, workspaceId } from "../../src/domain/ids.ts";
import { encodeGuardState, type GuardState } from "../../src/format/guard-state.ts";
import { invalid, ok, type VectorFile } from "./vector.ts";

const hash = (two: string): string => two.repeat(32);
const wrap = (two: string): string => two.repeat(16);

const STATE: GuardState = {
  workspace: workspaceId(hash("ab")),
  repo: repoId(hash("cd")),
  connection: "version: 1\n# änders\n",
  chain: { n: 7, hash: hash("01") },
  lanes: new Map([
    [laneId("b".repeat(26)), { seq: 0, hash: hash("02") }],
    [laneId("a2".repeat(13)), { seq: 41, hash: hash("03"), keys: { counter: 9, list: hash("04"), wraps: { [wrap("ff")]: hash("05"), [wrap("0a")]: hash("06") } } }],
  ]),
};

/** docs/spec/guard.md, "State file". */
export function guardStateVectors(): VectorFile {
  const text = fromUtf8(encodeGuardState(STATE));
  const bad = (name: string, changed: string, expect = invalid): { name: string; expect: string; text: string } => ({ name, expect, text: changed });
  return {
    page: "guard.md",
    about: "State files of guard, as text.",
    vectors: [
      { name: "two lanes, one with keys", expect: ok, text },
      { name: "no lane", expect: ok, text: fromUtf8(encodeGuardState({ ...STATE, lanes: new Map() })) },
      bad("no line end", text.trimEnd()),
      bad("a space", text.replace(":7}", ": 7}")),
      bad("another order", text.replace(/("chain":\{[^}]*\}),("connection":"[^"]*")/, "$2,$1")),
      bad("a key that is not known", text.replace('"repo"', '"more":1,"repo"')),
      bad("a hash that is too short", text.replace(hash("01"), hash("01").slice(2))),
      bad("a number below 0", text.replace('"n":7', '"n":-7')),
      bad("a name that is no lane", text.replace("b".repeat(26), "1".repeat(26))),
      bad("a wrap whose id is too short", text.replace(wrap("ff"), "ff")),
      bad("no JSON", text.slice(1)),
      bad("a later version", text.replace('"version":1', '"version":2'), "too-new"),
      bad("version 0", text.replace('"version":1', '"version":0')),
    ],
  };
}
