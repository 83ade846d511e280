import { HxError } from "../../domain/errors.ts";
import type { RequestRecord, Sharing } from "../../domain/sharing/sharing.ts";
import type { StatementHash } from "../../domain/sharing/statement.ts";

const SHORT = 8;
const NAME = /^r[0-9a-f]{4,64}$/;

/** Whether a text can only be meant as a request: no id of hx and no object id of git has an `r`. */
export function isRequestName(text: string): boolean {
  return NAME.test(text.toLowerCase());
}

/** How a request is called: `r` and a beginning of its hash that no other here has, of at least 8 digits. */
export function requestName({ requests }: Pick<Sharing, "requests">, hash: StatementHash): string {
  let length = SHORT;
  for (const other of requests.keys()) while (other !== hash && length < hash.length && other.startsWith(hash.slice(0, length))) length += 1;
  return `r${hash.slice(0, length)}`;
}

/** By what `requestName` says or any other unique beginning, of at least 4 digits. @throws HxError `not-found`, `ambiguous` */
export function findRequest({ requests }: Pick<Sharing, "requests">, text: string): RequestRecord {
  const wanted = text.toLowerCase();
  const found = isRequestName(wanted) ? [...requests.values()].filter(({ request }) => request.hash.startsWith(wanted.slice(1))) : [];
  const [first, second] = found;
  if (first === undefined) throw new HxError("not-found", `no request '${text}' is known here`, { hints: ["hx requests --all"] });
  if (second !== undefined) throw new HxError("ambiguous", `${found.length} requests begin with '${text}': ${found.map(({ request }) => `r${request.hash}`).join(", ")}`, { hints: ["hx requests --all"] });
  return first;
}
