import type { CommandSpec } from "../command.ts";
import { SCHEMAS } from "../json/schemas.ts";
import { PHRASE_OPTIONS, newIdentity } from "./new-identity.ts";
import { PROTECTION_OPTIONS } from "./protection-options.ts";

export const command: CommandSpec = {
  name: "identity new",
  group: "Care",
  summary: "Make an identity: person, first device, recovery phrase",
  details: ["The recovery phrase of 24 words is shown once. An identity that is there is never overwritten."],
  options: [...PROTECTION_OPTIONS, ...PHRASE_OPTIONS],
  examples: ["hx identity new", "hx identity new --passphrase-file pass --phrase-file phrase"],
  exits: [1, 130],
  schema: SCHEMAS.identity,
  async run(call) {
    const summary = await newIdentity(call);
    const [{ identityJson }, { identityView }] = await Promise.all([import("../json/identity.ts"), import("../views/identity.ts")]);
    if (call.json) await call.out.json(identityJson(summary));
    else await call.err.write(identityView(summary));
  },
};
