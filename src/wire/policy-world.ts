import { termsYaml } from "../adapters/connection/terms-yaml.ts";
import { workTree } from "../adapters/places/work-tree.ts";
import type { IdentityPorts } from "../app/identity/ports.ts";
import { showIdentity } from "../app/identity/show.ts";
import { LaneTrusts } from "../app/lane/trust.ts";
import type { Ledger } from "../app/ledger.ts";
import { findDraft, readDraft, requireSound, writeDraft, type Draft } from "../app/policy/draft.ts";
import { noteShown, shownTo } from "../app/policy/seen.ts";
import { documentsOf, policyStatement } from "../app/policy/publish.ts";
import { textsOf, versionNumbered, versionOn } from "../app/policy/versions.ts";
import { localChain, type VerifiedChain } from "../app/sync/workspace-chain.ts";
import { actingOf, type Acting } from "../app/workspace/acting.ts";
import type { WorldContext } from "../cli/world.ts";
import type { PolicyCheck, PolicyPoint, PolicyRow, PolicyWorld } from "../cli/world-policy.ts";
import { toHex } from "../domain/bytes.ts";
import { HxError, isHxError } from "../domain/errors.ts";
import { checkedClauses, policyProblems, type NamedText } from "../domain/policy/check.ts";
import { dayOf, dayText, parseDay } from "../domain/policy/day.ts";
import { changedTerms, changedTexts } from "../domain/policy/diff.ts";
import { standingOfPolicy } from "../domain/policy/in-force.ts";
import { looserTerms, tightenTerms, type PolicyTerms } from "../domain/policy/terms.ts";
import type { PolicyVersion } from "../domain/policy/version.ts";
import { bringChain, openClone, openLedger, systemClock, type Clone } from "./clone.ts";
import { openHere } from "./here.ts";
import type { Settings } from "./settings.ts";
import { named } from "./team-shown.ts";
import { changeWorkspace, openSpeaking } from "./workspace-change.ts";

/** What this clone knows of the policy: no network, unless it has no chain yet, and no passphrase. */
interface Look {
  readonly clone: Clone;
  readonly chain: VerifiedChain;
  /** Null while the names are closed. */
  readonly acting: Acting | null;
}

/** Terms and texts of a version, or of the draft. */
interface Point {
  readonly terms: PolicyTerms;
  readonly texts: readonly NamedText[];
  readonly missing: readonly string[];
}

export function policyWorld(settings: Settings, context: WorldContext, ports: () => Promise<IdentityPorts>): PolicyWorld {
  const { directory } = context;
  const today = (): number => dayOf(systemClock.now());

  async function look(): Promise<Look> {
    const clone = await openClone(settings, directory);
    const ledger = await openLedger(clone);
    await bringChain(clone, ledger, context.signal);
    const chain = await localChain(ledger);
    const here = await openHere(settings, directory, ports, "never").catch((error: unknown) => {
      if (isHxError(error)) return null;
      throw error;
    });
    return { clone, chain, acting: here?.acting ?? null };
  }

  function rowOf({ chain, acting }: Pick<Look, "chain" | "acting">, version: PolicyVersion): PolicyRow {
    return {
      version: version.version,
      published: dayText(version.published),
      effective: dayText(version.effective),
      standing: standingOfPolicy(chain.state, version, today()),
      by: acting === null ? { id: version.by } : named(acting.directory.person(version.by)),
      statement: version.since,
      entered: dayText(dayOf((chain.chain.days[version.since] ?? 0) * 1000)),
    };
  }

  function pointOf({ clone, chain }: Look, point: PolicyPoint): Point {
    if (point === "draft") return { ...readDraft(draftPorts(clone), topOf(clone)), missing: [] };
    const version = versionNumbered(chain.state, point);
    return { terms: version.terms, ...textsOf(chain.chain.documents, version) };
  }

  return {
    async hasDraft() {
      const clone = await openClone(settings, directory);
      return findDraft(draftPorts(clone), topOf(clone)) !== null;
    },
    async init(terms, { languages, force }) {
      const clone = await openClone(settings, directory);
      return await writeDraft({ ...draftPorts(clone), workTree }, topOf(clone), terms, languages, force);
    },
    async publish(effective) {
      const day = parseDay(effective);
      if (day === null) throw new HxError("usage", `'${effective}' is not a day`, { hints: ["give a day like 2027-01-31"] });
      const draft = draftOf(await openClone(settings, directory));
      requireSound(draft);
      context.progress.phase("asking the workspace's home");
      const here = await openSpeaking(settings, context, ports);
      const { crypto } = here.ledger;
      const newest = await newestDay(here.ledger, here.state.chain);
      const { chain } = await changeWorkspace(
        here,
        (state) => {
          const body = policyStatement(crypto.hashes, state, actingOf(crypto, state, here.identity), draft, { today: today(), newest, effective: day });
          return [() => body];
        },
        documentsOf(crypto.hashes, draft),
      );
      return rowOf({ chain, acting: actingOf(crypto, chain.state, here.identity) }, versionNumbered(chain.state, chain.state.policies.length));
    },
    async show(number) {
      const seen = await look();
      const { state, chain } = seen.chain;
      const version = number === undefined ? versionOn(state, today()) : versionNumbered(state, number);
      const { texts } = textsOf(chain.documents, version);
      const documents = version.documents.map(({ name, hash }) => {
        const text = texts.find((one) => one.name === name)?.text;
        return { name, hash: toHex(hash), ...(text === undefined ? {} : { text }) };
      });
      return { ...rowOf(seen, version), terms: version.terms, documents };
    },
    async noteShown(number) {
      const clone = await openClone(settings, directory);
      const ledger = await openLedger(clone);
      const { version } = versionNumbered((await localChain(ledger)).state, number);
      const person = (await showIdentity(await ports()).catch(() => null))?.person;
      if (person === undefined) return "nobody";
      if ((await shownTo(ledger, person)).some((one) => one.version === version)) return "known";
      const here = await openHere(settings, directory, ports, "maybe");
      if (here.acting === null) return "locked";
      await noteShown(ledger, here.acting.person, [{ version, at: systemClock.now() }]);
      return "recorded";
    },
    async diff(from, to) {
      const seen = await look();
      const newest = versionNumbered(seen.chain.state, Math.max(seen.chain.state.policies.length, 1)).version;
      const last = to ?? newest;
      const first = from ?? (last === "draft" ? newest : last - 1);
      if (first === 0) throw new HxError("not-found", "version 1 is the first: there is nothing before it", { hints: ["hx policy show 1", "hx policy diff 1 draft"] });
      const [a, b] = [pointOf(seen, first), pointOf(seen, last)];
      const missing = [...new Set([...a.missing, ...b.missing])].sort();
      const compared = (texts: readonly NamedText[]): readonly NamedText[] => texts.filter(({ name }) => !missing.includes(name));
      return { from: first, to: last, terms: changedTerms(a.terms, b.terms), texts: changedTexts(compared(a.texts), compared(b.texts)), missing };
    },
    async history() {
      const seen = await look();
      return { head: seen.chain.state.head.n, versions: seen.chain.state.policies.map((version) => rowOf(seen, version)) };
    },
    async check(number) {
      const clone = await openClone(settings, directory);
      const draft = number === undefined ? findDraft(draftPorts(clone), topOf(clone)) : null;
      const checked = draft === null ? await published(number) : { of: "draft" as const, ...draft, missing: [] };
      const { of, terms, texts, missing } = checked;
      const problems = missing.length > 0 ? [] : policyProblems(terms, texts);
      return { of, problems, clauses: checkedClauses(terms, texts), missing, ...(await hereOf(clone, terms)) };
    },
  };

  async function published(number: number | undefined): Promise<Point & { readonly of: number }> {
    const seen = await look();
    const of = number ?? versionOn(seen.chain.state, today()).version;
    return { of, ...pointOf(seen, of) };
  }

  function draftOf(clone: Clone): Draft {
    return readDraft(draftPorts(clone), topOf(clone));
  }
}

function draftPorts({ connectionPorts }: Clone) {
  return { places: connectionPorts.places, terms: termsYaml };
}

function topOf({ repository }: Clone): string {
  const { top } = repository.checkout;
  if (top === null) throw new HxError("not-a-repository", "a bare repository has no working tree for the texts of a policy", { hints: ["git worktree add <directory>"] });
  return top;
}

/** What holds here of these terms. Nothing is said where there is no connection file. */
async function hereOf(clone: Clone, terms: PolicyTerms): Promise<Pick<PolicyCheck, "here">> {
  try {
    const { connection } = await clone.claim();
    const own = connection.terms ?? {};
    return { here: { terms: tightenTerms(terms, own), ignored: looserTerms(terms, own) } };
  } catch (error) {
    if (isHxError(error) && error.code === "not-connected") return {};
    throw error;
  }
}

/** The newest day that anybody signed, as far as this clone verified it. */
async function newestDay(ledger: Ledger, { chain }: VerifiedChain): Promise<number> {
  const trusts = new LaneTrusts(ledger.trust);
  let newest = chain.day;
  for (const lane of await trusts.lanes()) newest = Math.max(newest, (await trusts.read(lane))?.day ?? 0);
  return dayOf(newest * 1000);
}
