// What of other people's work lies in the bundle, and under which licence.
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { root } from "./root.mjs";

/**
 * @param {import("esbuild").Metafile} metafile
 * @returns {Promise<string>} the notices that go with the bundle
 */
export async function thirdPartyNotices({ outputs }) {
  const { packages } = JSON.parse(await readFile(join(root, "package-lock.json"), "utf8"));
  const notices = [];
  for (const path of packagesIn(outputs)) {
    const manifest = JSON.parse(await readFile(join(root, path, "package.json"), "utf8"));
    if (packages[path]?.hasInstallScript || existsSync(join(root, path, "binding.gyp"))) {
      throw new Error(`'${path}' runs a script when it is installed, or is native: it may not become part of hx`);
    }
    notices.push(`${manifest.name} ${manifest.version} (${manifest.license})\n\n${await licenceOf(path)}\n`);
  }
  return `hx contains these packages.\n\n${notices.join(`\n${"-".repeat(79)}\n\n`)}`;
}

/** Folders of packages of which at least one byte is in the bundle. */
function packagesIn(outputs) {
  const inputs = Object.values(outputs).flatMap((output) => Object.entries(output.inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0));
  const folders = inputs.flatMap(([path]) => /^(?:.*?\/)?(node_modules\/(?:@[^/]+\/)?[^/]+(?:\/node_modules\/(?:@[^/]+\/)?[^/]+)*)\//.exec(path)?.[1] ?? []);
  return [...new Set(folders)].sort();
}

async function licenceOf(path) {
  const names = (await readdir(join(root, path))).filter((name) => /^(licen[cs]e|copying|notice)/i.test(name)).sort();
  if (names.length === 0) throw new Error(`'${path}' brings no licence text`);
  const texts = await Promise.all(names.map((name) => readFile(join(root, path, name), "utf8")));
  return texts.map((text) => text.trim()).join("\n\n");
}
