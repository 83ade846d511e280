/** Events of git that hx listens to. */
export const gitEvents = ["post-commit", "pre-push"] as const;
export type GitEvent = (typeof gitEvents)[number];

/**
 * Variables that agents and CI services set. Where one is set, a push is awaited even on a terminal:
 * the machine may be gone a second later, and nobody looks at the prompt.
 */
const unattended = ["CI", "CLAUDECODE", "CODEX_CI", "CODEX_SANDBOX", "CODEX_THREAD_ID", "GEMINI_CLI", "CURSOR_AGENT"];

const plainWord = /^[A-Za-z0-9_./@%+:,=-]+$/;

/** A word of a POSIX shell, in double quotes where it needs any. */
export function shellWord(word: string): string {
  if (plainWord.test(word)) return word;
  return `"${word.replaceAll(/[\\"$`]/g, "\\$&")}"`;
}

function singleQuoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** The git directory of a hook, and where the note lies that says how many requests wait: in the common directory, also of a linked working tree. */
const gitDirectory = "${GIT_DIR:-.git}";
const note = `${gitDirectory}/hx/requests.new`;
const noteOfLinked = `${gitDirectory}/../../hx/requests.new`;

/**
 * Tells on a terminal that requests wait, once for each note: the note is emptied first. Where there is none, no process starts.
 * A note holds a number, and whatever else would be in it is not printed.
 */
function tellLines(): readonly string[] {
  const told = 'echo "hx: requests that wait for your word: $n (hx requests)" >&2';
  return [
    `if [ -s "${note}" ] || { [ -f "${gitDirectory}/commondir" ] && [ -s "${noteOfLinked}" ]; }; then`,
    `  (f="${note}"; [ -s "$f" ] || f="${noteOfLinked}"; n=; { read -r n <"$f" && : >|"$f"; } 2>/dev/null && case "$n" in ""|*[!0-9]*|???????*) ;; *) ${told} ;; esac) || :`,
    "fi",
  ];
}

const FILE = ".hx/connection.yaml";

/**
 * Asks guard before git speaks with the remote, and ends with 14 where it refuses. One git process tells that the connection file is the
 * same everywhere and nothing goes below `refs/sessions/`: then hx is not started. Whatever else goes wrong stops no push.
 * @param again hand stdin on to what follows in the same shell
 */
function checkLines(hx: string, again: boolean): readonly string[] {
  const asked = `{ printf 'refs/remotes/%s/%s:${FILE}\\n' "\${1-}" "$hx_base"; printf '%s\\n' "$hx_push" | while read -r l o r x; do case "$r" in (refs/[Ss]essions/*) echo sessions ;; (*) case "$o" in (*[!0]*) echo "$o:${FILE}" ;; esac ;; esac; done; }`;
  const same = `{ f=; s=y; while read -r o m; do [ "$m" != missing ] || o=none; [ -n "$f" ] || f=$o; [ "$f" = "$o" ] || s=; done; echo "$s"; }`;
  const lines = [
    "hx_push=; [ -t 0 ] || hx_push=$(cat) || :",
    'hx_base=HEAD; [ -f "${GIT_DIR:-.git}/refs/remotes/${1-}/HEAD" ] || hx_base=main',
    'if [ -n "$hx_push" ]; then',
    `  hx_same=$(${asked} | GIT_NO_LAZY_FETCH=1 git cat-file --batch-check='%(objectname)' 2>/dev/null | ${same}) || hx_same=y`,
    `  [ -n "$hx_same" ] || { printf '%s\\n' "$hx_push" | ${hx} hook git check-push "$@" || [ "$?" != 14 ] || exit 14; }`,
    "fi",
  ];
  // git ends its last line, the document ends its own: the same bytes.
  const refed = ['if [ -n "$hx_push" ]; then', "exec <<HX_PUSH", "$hx_push", "HX_PUSH", "fi"];
  return [...lines, ...(again ? refed : []), "unset hx_push hx_base hx_same"];
}

/**
 * What a git hook does, as lines of POSIX shell that may stand anywhere in a hook of the user: they leave stdin as it was, print nothing but
 * that requests wait and what guard refuses, leave no variable behind, hold under `set -eu`, and end with status 0, or with 14 for a push
 * that guard refuses.
 * @param again whether something follows in the same shell that reads stdin
 */
export function gitHookLines(event: GitEvent, hxCommand: string, again = true): readonly string[] {
  const hx = shellWord(hxCommand);
  const guard = `if [ -z "\${HX_SKIP-}\${HX_HOOK-}" ] && command -v ${hx} >/dev/null 2>&1; then`;
  const quiet = "</dev/null >/dev/null 2>&1";
  // A session of its own where there is setsid: the end of a pseudo terminal, as agents use them, ends what runs in it. It may
  // end before setsid has begun, hence the trap.
  const detached = (call: string): string => `(trap "" HUP; s=; command -v setsid >/dev/null 2>&1 && s=setsid; $s ${hx} ${call} ${quiet} &)`;
  const variables = unattended.map((name) => `\${${name}-}`).join("");
  const attended = `  if [ -t 2 ] && [ -z "${variables}" ]; then`;
  const tell = tellLines().map((line) => `    ${line}`);
  if (event === "post-commit") return [guard, `  ${detached("hook git post-commit")}`, attended, ...tell, "  fi", "fi"];
  return [
    guard,
    ...checkLines(hx, again),
    attended,
    ...tell,
    `    ${detached('hook git pre-push "$@"')}`,
    "  else",
    `    ${hx} hook git pre-push --wait "$@" ${quiet} || :`,
    "  fi",
    "fi",
  ];
}

/** The same on one line, for places that hold one command and append the arguments of the hook to it. */
export function gitHookCommand(event: GitEvent, hxCommand: string): string {
  const script = gitHookLines(event, hxCommand, false)
    .map((line) => line.trim())
    .join("; ")
    .replaceAll("then;", "then")
    .replaceAll("else;", "else");
  return `sh -c ${singleQuoted(script)} hx`;
}

/**
 * What an agent runs. It takes the whole payload off stdin, hands it to hx in a session of its own (an agent that
 * ends kills the process group of its hooks), and returns. The text is the same in every version of hx: Codex
 * trusts a hash of it. `sh -c` around it because some agents run hooks in the person's login shell.
 */
export function agentHookCommand(agent: string, hxCommand: string): string {
  const hx = shellWord(hxCommand);
  const script =
    `p=$(cat); s=; command -v setsid >/dev/null 2>&1 && s=setsid; ` +
    `if [ -z "$HX_SKIP$HX_HOOK" ] && command -v ${hx} >/dev/null 2>&1; then ` +
    `(printf %s "$p" | $s ${hx} hook agent ${agent} >/dev/null 2>&1 &) fi; exit 0`;
  return `sh -c ${singleQuoted(script)}`;
}
