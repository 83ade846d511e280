import { creator as anthropic } from "@secretlint/secretlint-rule-anthropic";
import { creator as aws } from "@secretlint/secretlint-rule-aws";
import { creator as basicauth } from "@secretlint/secretlint-rule-basicauth";
import { creator as database } from "@secretlint/secretlint-rule-database-connection-string";
import { creator as github } from "@secretlint/secretlint-rule-github";
import { creator as npm } from "@secretlint/secretlint-rule-npm";
import { creator as openai } from "@secretlint/secretlint-rule-openai";
import { creator as privatekey } from "@secretlint/secretlint-rule-privatekey";
import { creator as sendgrid } from "@secretlint/secretlint-rule-sendgrid";
import { creator as slack } from "@secretlint/secretlint-rule-slack";
import type { Match } from "./match.ts";

/** Part of the name of the rule set: a new version of a package may find more. A test compares it with package.json. */
export const STANDARD = "anthropic 11.3.1, aws 11.7.1, basicauth 11.7.1, database-connection-string 11.3.1, github 11.7.1, npm 11.7.1, openai 11.3.1, privatekey 11.6.0, sendgrid 11.6.0, slack 11.7.1";

interface Report {
  readonly message: { readonly messageId?: string; readonly data?: unknown };
  readonly range: readonly [number, number];
}

/** What a rule of secretlint asks of its surroundings; its own core keeps a mark for each call for ever, and reads comments that switch rules off. */
interface Context {
  readonly sharedOptions: Record<string, never>;
  createTranslator(messages: unknown): (id: string, data?: unknown) => { message: string; messageId: string; data: unknown };
  report(report: Report): void;
  ignore(): void;
}

interface Creator {
  readonly meta: { readonly id: string };
  create(context: Context, options: Readonly<Record<string, boolean>>): { file?(source: unknown): unknown };
}

/** Without it the rule for AWS leaves out the ids of access keys, which are half of the credential and stand where the other half is. */
const OPTIONS = { enableIDScanRule: true };
/** Of what that finds besides: numbers of accounts are no secrets, and ids of users and roles sign nothing. */
const KEY_ID = /^(?:AKIA|ASIA)/;
/** What the documentation of AWS shows ends with it. */
const EXAMPLE = /EXAMPLE(?:KEY)?$/;

const CREATORS = [anthropic, aws, basicauth, database, github, npm, openai, privatekey, sendgrid, slack] as unknown as readonly Creator[];
/** A range may begin at the name of a secret; the secret itself follows within so many characters. */
const NEAR = 100;

/** The rules of secretlint over one text. */
export function standardRules(): (text: string) => readonly Match[] {
  let matches: Match[] = [];
  let text = "";
  const handlers = CREATORS.map((creator) => {
    const rule = creator.meta.id.replace("@secretlint/secretlint-rule-", "");
    const context: Context = {
      sharedOptions: {},
      createTranslator: () => (messageId, data) => ({ message: messageId, messageId, data }),
      report: ({ message, range }) => {
        const match = { rule, ...placeOf(text, range, message.data) };
        if (rule !== "aws" || isCredential(message.messageId, text.slice(match.from, match.to))) matches.push(match);
      },
      ignore: () => undefined,
    };
    return creator.create(context, rule === "aws" ? OPTIONS : {});
  });
  return (given) => {
    matches = [];
    text = given;
    const source = { content: given, filePath: "session", ext: "", contentType: "text", hasBOM: false };
    for (const { file } of handlers) file?.(source);
    return matches;
  };
}

function isCredential(message: string | undefined, found: string): boolean {
  return (message === "AWSSecretAccessKey" || (message === "AWSAccessKeyID" && KEY_ID.test(found))) && !EXAMPLE.test(found);
}

/** Some rules give a range of the right length that begins too early; the secret itself is in the message. */
function placeOf(text: string, [from, to]: readonly [number, number], data: unknown): { from: number; to: number } {
  if (typeof data !== "object" || data === null) return { from, to };
  for (const value of Object.values(data)) {
    if (typeof value !== "string" || value.length !== to - from) continue;
    const at = text.indexOf(value, from);
    if (at >= 0 && at - from <= NEAR) return { from: at, to: at + value.length };
  }
  return { from, to };
}
