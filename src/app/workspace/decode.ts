import { HxError, isHxError } from "../../domain/errors.ts";
import { invalid } from "../../domain/workspace/checks.ts";
import type { Statement, StatementBody } from "../../domain/workspace/statement.ts";
import { decodeEnvelope } from "../../format/envelope.ts";
import type { HashFunctions } from "../../format/primitives.ts";
import * as format from "../../format/statement.ts";
import type { StatementBody as EncodedBody } from "../../format/statement-body.ts";
import { cardClaim, deviceClaim, joinClaim, personKeyClaim, repoGenesisClaim } from "./claims.ts";

/**
 * Bytes of statement `n` to the value that the rules judge. Nothing is verified here: the domain says
 * which key must have signed what.
 * @throws HxError `workspace-invalid` that names the statement; `too-new` for a type or version that is not known
 */
export function decodeStatement(hashes: HashFunctions, n: number, bytes: Uint8Array): Statement {
  try {
    const signed = decodeEnvelope(bytes, "hx/statement/v1");
    const { n: number, by, workspace, previous, ...body } = format.decodeStatement(signed.payload);
    return {
      signed,
      hash: hashes.h(bytes),
      n: number,
      by,
      ...(workspace === undefined ? {} : { workspace }),
      ...(previous === undefined ? {} : { previous }),
      body: claimsIn(hashes, body),
    };
  } catch (cause) {
    if (!isHxError(cause)) throw cause;
    if (cause.code !== "too-new") throw invalid(n, cause.message, cause);
    throw new HxError("too-new", `statement ${n} of the workspace chain cannot be read: ${cause.message}`, { cause, data: { statement: n }, hints: ["npm install -g hx"] });
  }
}

/** The body with the envelopes in it decoded, each with what its signature is over. */
function claimsIn(hashes: HashFunctions, body: EncodedBody): StatementBody {
  switch (body.type) {
    case "genesis":
      return { ...body, founder: cardClaim(hashes, body.founder) };
    case "person":
      return { ...body, join: joinClaim(hashes, body.join) };
    case "device":
      return { ...body, device: deviceClaim(hashes, body.device) };
    case "person-key":
      return { ...body, key: personKeyClaim(body.key) };
    case "connect":
      return { ...body, genesis: repoGenesisClaim(hashes, body.genesis) };
    case "removal": {
      const { succession: wrap, ...rest } = body;
      return { ...rest, ...(wrap === undefined ? {} : { succession: { wrap, hash: hashes.h(wrap) } }) };
    }
    default:
      return body;
  }
}
