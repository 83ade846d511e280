import type { WritableLedger } from "../../src/app/ledger.ts";
import type { Remote, Store } from "../../src/ports/git.ts";
import type { KeyFiles } from "../../src/ports/keystore.ts";
import type { WorkFiles } from "../../src/ports/work-files.ts";

/** Called around every write, with the name of the step. */
export type Step = <Value>(name: string, work: () => Promise<Value>) => Promise<Value>;

export function steppedStore(step: Step, name: string, store: Store): Store {
  return {
    ...store,
    batch: () => {
      const batch = store.batch();
      return { ...batch, flush: () => step(`${name}.flush`, () => batch.flush()) };
    },
    writeBlob: (bytes) => step(`${name}.writeBlob`, () => store.writeBlob(bytes)),
    writeTree: (entries) => step(`${name}.writeTree`, () => store.writeTree(entries)),
    writeCommit: (fields) => step(`${name}.writeCommit`, () => store.writeCommit(fields)),
    update: (updates) => (updates.length === 0 ? store.update(updates) : step(`${name}.update`, () => store.update(updates))),
  };
}

export function steppedFiles(step: Step, name: string, files: WorkFiles): WorkFiles {
  const kind = (file: string): string => (file.includes("/") ? file.slice(0, file.indexOf("/")) : file);
  return {
    ...files,
    write: (file, bytes) => step(`${name}.write ${kind(file)}`, () => files.write(file, bytes)),
    remove: (file) => step(`${name}.remove ${kind(file)}`, () => files.remove(file)),
    async lock(file, waitMs) {
      const label = file.replace(/-.*/, "");
      const lock = await step(`${name}.lock ${label}`, () => files.lock(file, waitMs));
      return lock === null ? null : { release: () => step(`${name}.release ${label}`, () => lock.release()) };
    },
  };
}

export function steppedRemote(step: Step, remote: Remote): Remote {
  return {
    ...remote,
    push: (from, url, refs, options) => step("remote.push", () => remote.push(from, url, refs, options)),
    fetch: (into, url, refs, options) => step("remote.fetch", () => remote.fetch(into, url, refs, options)),
    fetchObjects: (into, url, oids, options) => step("remote.fetchObjects", () => remote.fetchObjects(into, url, oids, options)),
  };
}

export function steppedKeys(step: Step, files: KeyFiles): KeyFiles {
  return new Proxy(files, {
    get(target, name, receiver) {
      const value: unknown = Reflect.get(target, name, receiver);
      if (name !== "write" || typeof value !== "function") return typeof value === "function" ? value.bind(target) : value;
      return (...args: Parameters<KeyFiles["write"]>) => step("keys.write", () => target.write(...args));
    },
  });
}

export function steppedLedger<Kind extends Omit<WritableLedger, "lane">>(step: Step, ledger: Kind): Kind {
  return {
    ...ledger,
    repository: { ...ledger.repository, store: steppedStore(step, "store", ledger.repository.store) },
    stage: steppedStore(step, "stage", ledger.stage),
    others: steppedStore(step, "others", ledger.others),
    work: steppedFiles(step, "work", ledger.work),
    trust: steppedFiles(step, "trust", ledger.trust),
  };
}
