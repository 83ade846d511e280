import { fingerprintDigits, hasFingerprint, pickCard } from "../../app/workspace/pending.ts";
import { HxError } from "../../domain/errors.ts";
import type { Call } from "../command.ts";
import { visibleLine } from "../io/control-characters.ts";
import type { PendingCard } from "../world-people.ts";

/**
 * Asks for each request, with what is known of it. `--yes` counts only for a request that was named by its fingerprint: nobody
 * agrees to a fingerprint without having seen one.
 * @param texts what the person typed; none: all that wait
 * @param again the command, for hints
 * @returns fingerprints of those that were agreed to
 * @throws HxError `refused`, `not-found`, `ambiguous`; `answer-needed`
 */
export async function chooseCards(call: Call, cards: readonly PendingCard[], texts: readonly string[], again: string): Promise<readonly string[]> {
  const named = texts.map((text) => ({ card: pickCard(cards, text), byFingerprint: isFingerprintOf(cards, text) }));
  const wanted = texts.length === 0 ? cards.map((card) => ({ card, byFingerprint: false })) : named;
  const unseen = wanted.find(({ byFingerprint }) => !byFingerprint);
  if (call.yes && unseen !== undefined) {
    throw new HxError("refused", "'--yes' agrees only to requests that are named by fingerprint: the fingerprint is what proves whose they are", { hints: [`${again} <fingerprint> --yes`] });
  }
  const agreed: string[] = [];
  const { cardView } = await import("../views/people.ts");
  for (const { card } of wanted) {
    const blocked = card.odd.some(({ blocks, code }) => blocks && code !== "known");
    if (!call.json) {
      call.progress.done();
      await call.out.write(cardView(card, call.out.style));
    }
    if (card.fingerprint === undefined || (blocked && texts.length === 0)) continue;
    // The command says why it refuses what was asked for by name.
    if (blocked || (await call.answers.confirm(`is '${card.fingerprint}' the fingerprint that ${visibleLine(card.name ?? "they")} told you?`, `${again} <fingerprint> --yes`))) agreed.push(card.fingerprint);
  }
  return agreed;
}

function isFingerprintOf(cards: readonly PendingCard[], text: string): boolean {
  const digits = fingerprintDigits(text);
  return digits !== null && cards.some((card) => hasFingerprint(card, digits));
}
