import { Chalk } from "chalk";
import type { ChalkInstance } from "chalk";

export type ColourChoice = "auto" | "always" | "never";

/** Environment variables by name. Only src/wire reads them from the process. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** `--color` > NO_COLOR (not empty) > FORCE_COLOR > TTY; a dumb terminal has none. Decided once for each stream. */
export function wantsColour(choice: ColourChoice, environment: Environment, isTTY: boolean): boolean {
  if (choice !== "auto") return choice === "always";
  if (environment["NO_COLOR"]) return false;
  const force = environment["FORCE_COLOR"];
  if (force !== undefined && force !== "") return force !== "0" && force !== "false";
  return isTTY && environment["TERM"] !== "dumb";
}

export function palette(colour: boolean): ChalkInstance {
  return new Chalk({ level: colour ? 1 : 0 });
}
