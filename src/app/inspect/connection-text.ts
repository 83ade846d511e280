import { fromUtf8 } from "../../domain/bytes.ts";
import { openRepoGenesis } from "../../format/repo-genesis.ts";
import type { Ledger } from "../ledger.ts";
import type { Decoded, InspectField } from "./inspection.ts";

/** A connection file, shown line by line as it was written, and its genesis verified; null when it is none. */
export function connectionText(ledger: Ledger, bytes: Uint8Array): Decoded | null {
  const lines = textLines(bytes);
  const field = (key: string): string | null => lines?.find((line) => line.startsWith(`${key}:`))?.slice(key.length + 1).trim().replace(/^["']|["']$/g, "") ?? null;
  const [workspace, repo, genesis] = [field("workspace"), field("repo"), field("genesis")];
  if (lines === null || workspace === null || repo === null || genesis === null) return null;
  const written = lines.filter((line) => line.trim() !== "" && !line.trimStart().startsWith("#")).map((line): InspectField => {
    const colon = line.indexOf(":");
    return colon < 0 ? [line.trim(), ""] : [line.slice(0, colon), line.slice(colon + 1).trim()];
  });
  return { kind: "connection", sections: [{ title: "connection", fields: written }, { title: "genesis", fields: genesisFields(ledger, genesis, repo) }] };
}

function textLines(bytes: Uint8Array): readonly string[] | null {
  if (bytes.length > 65536) return null;
  try {
    return fromUtf8(bytes).split("\n");
  } catch {
    return null;
  }
}

function genesisFields(ledger: Ledger, base64: string, repo: string): readonly InspectField[] {
  const { hashes, signer } = ledger.crypto;
  try {
    const found = openRepoGenesis(hashes, (key, message, signature) => signer.verify(key, message, signature), Uint8Array.from(Buffer.from(base64, "base64")));
    return [["verifies", true], ["repo id", found.repo], ["is the repo of the file", found.repo === repo]];
  } catch (error) {
    return [["verifies", false], ["problem", error instanceof Error ? error.message : "damaged"]];
  }
}
