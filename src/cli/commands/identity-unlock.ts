import type { CommandSpec } from "../command.ts";

const DEFAULT_MINUTES = 60;
const MOST_MINUTES = 24 * 60;

export const command: CommandSpec = {
  name: "identity unlock",
  group: "Care",
  summary: "Keep the keys open for a bounded time",
  options: [{ flags: "--minutes <n>", summary: `How long, 1 to ${MOST_MINUTES}; ${DEFAULT_MINUTES} when not given` }],
  examples: ["hx identity unlock", "hx identity unlock --minutes 480"],
  exits: [1, 4, 12, 130],
  async run(call) {
    const minutes = call.options.number("minutes", 1, MOST_MINUTES) ?? DEFAULT_MINUTES;
    const world = await call.world();
    const unlocked = await world.identity.unlock(minutes);
    if (unlocked === null) return call.err.line("hx: these keys have no passphrase: nothing to unlock");
    const { rfc3339 } = await import("../views/words.ts");
    await call.err.line(`hx: unlocked until ${rfc3339(unlocked.until)}; the key is kept in ${unlocked.place}`);
  },
};
