import { mnemonicToEntropy } from "@scure/bip39";
import { wordlist } from "@scure/bip39/wordlists/english.js";
import { sameBytes, toHex, utf8 } from "./bytes.ts";
import { demand, refuse } from "./errors.ts";
import type { Person } from "./card.ts";
import { K, boxKeyPair, signingPublicKey } from "./primitives.ts";
import { openWrap, splitSeeds } from "./wrap.ts";
import type { Workspace } from "./workspace.ts";

/** Root seed of a recovery phrase of 24 words. */
export function rootSeed(phrase: string): Uint8Array {
  const words = phrase.trim().toLowerCase().split(/\s+/);
  if (words.length !== 24) refuse("phrase-invalid", "a phrase has 24 words");
  try {
    return mnemonicToEntropy(words.join(" "), wordlist);
  } catch {
    return refuse("phrase-invalid", "no words of a phrase, or a wrong check sum");
  }
}

/** The person of a workspace whose keys come from this root seed. */
export function findPerson(workspace: Workspace, root: Uint8Array): Person {
  const sign = signingPublicKey(K(root, utf8("hx/person-sign/v1")));
  const recovery = boxKeyPair(recoverySeed(root)).publicKey;
  const person = [...workspace.people.values()].find((one) => sameBytes(one.sign, sign) && sameBytes(one.recovery, recovery));
  return person ?? refuse("not-recipient", "nobody in this workspace has this phrase");
}

function recoverySeed(root: Uint8Array): Uint8Array {
  return K(root, utf8("hx/person-recovery/v1"));
}

/** Seeds of all epochs of the person's key, opened with the recovery key. */
export function openPersonKeys(person: Person, root: Uint8Array): Uint8Array[] {
  return person.keys.map(({ epoch, key, recovery }) => {
    const seed = openWrap(recovery, recoverySeed(root), {
      purpose: "person-key", person: person.id, epoch, to: "recovery",
    });
    demand(sameBytes(boxKeyPair(seed).publicKey, key), "workspace-invalid", "a wrap that holds the seed of another key");
    return seed;
  });
}

/** Seeds of a membership epoch for a person, or undefined if they were never given to them. */
export function openMembership(
  workspace: Workspace, person: Person, seeds: Uint8Array[], epoch: number,
): { sign: Uint8Array; box: Uint8Array } | undefined {
  const id = toHex(person.id);
  const wraps = [
    ...(workspace.memberships[epoch]?.boxes ?? []),
    ...workspace.membershipWraps.filter((wrap) => wrap.epoch === epoch),
  ].filter((wrap) => wrap.person === id);
  for (const { wrap } of wraps) {
    for (const seed of seeds) {
      try {
        return splitSeeds(openWrap(wrap, seed, { purpose: "membership", epoch, person: person.id }));
      } catch {
        continue;
      }
    }
  }
  return undefined;
}
