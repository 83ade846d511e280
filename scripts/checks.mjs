// Rules of this house that no other tool checks. One line per breach; none is the only good number.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { root } from "./root.mjs";

const MOST_LINES = 400;
/** Files that write to the terminal, read the environment, or end the process. */
const MAY = {
  terminal: /^src\/cli\/io\//,
  environment: /^(src\/wire\/|src\/hooks\/lane\.ts$|bin\/)/,
  exit: /^src\/hooks\/lane\.ts$/,
};
const UNFINISHED = /\b(TODO|FIXME|XXX)\b|not implemented|for now\b/;

const listed = execFileSync("git", ["ls-files", "-co", "--exclude-standard", "-z", "src", "bin", "test", "bench", "scripts"], { cwd: root, encoding: "utf8" });
const files = listed.split("\0").filter((path) => /\.(ts|mjs|js)$/.test(path) && existsSync(join(root, path)));
const breaches = files.flatMap(breachesOf);
for (const { path, line, what } of breaches) console.error(`${path}:${line}: ${what}`);
console.log(`${files.length} files, ${breaches.length} breaches of the rules`);
process.exitCode = breaches.length === 0 ? 0 : 1;

function breachesOf(path) {
  const text = readFileSync(join(root, path), "utf8");
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true);
  const found = [];
  const add = (at, what) => found.push({ path, line: source.getLineAndCharacterOfPosition(at).line + 1, what });
  const inProduct = /^(src|bin)\//.test(path);
  const lines = text.split("\n").length - 1;
  if (lines > MOST_LINES) add(0, `${lines} lines: two things live in one file`);
  if (inProduct) {
    const unfinished = UNFINISHED.exec(text);
    if (unfinished !== null) add(unfinished.index, `'${unfinished[0]}': unfinished`);
  }
  visit(source);
  return found;

  function visit(node) {
    if (node.kind === ts.SyntaxKind.AnyKeyword) add(node.getStart(), "'any'");
    if (inProduct) product(node);
    if (path.startsWith("test/")) skipped(node);
    ts.forEachChild(node, visit);
  }

  function product(node) {
    if (ts.isExportAssignment(node)) add(node.getStart(), "a default export");
    if (!ts.isPropertyAccessExpression(node) || !ts.isIdentifier(node.expression)) return;
    const [object, name] = [node.expression.text, node.name.text];
    const isTerminal = object === "console" || (object === "process" && (name === "stdout" || name === "stderr"));
    if (isTerminal && !MAY.terminal.test(path)) add(node.getStart(), `'${object}.${name}' outside src/cli/io`);
    if (object === "process" && name === "env" && !MAY.environment.test(path)) add(node.getStart(), "'process.env' outside src/wire");
    if (object === "process" && name === "exit" && !MAY.exit.test(path)) add(node.getStart(), "'process.exit'");
  }

  function skipped(node) {
    if (!ts.isPropertyAccessExpression(node) || !/^(skip|only|todo|skipIf|fails)$/.test(node.name.text)) return;
    if (/^(it|test|describe)\b/.test(node.expression.getText())) add(node.getStart(), `'${node.getText()}': every test runs`);
  }
}
