/** The environment that the caller was started with; adapters never read `process.env` themselves. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** One line of git configuration: key and value. */
export type ConfigPair = readonly [key: string, value: string];

// Hooks of git run with these set. They name the repository, the index and the object store of the
// git command that runs the hook, and would lead a command about another repository astray.
const ASTRAY = new Set([
  "GIT_DIR",
  "GIT_WORK_TREE",
  "GIT_COMMON_DIR",
  "GIT_INDEX_FILE",
  "GIT_PREFIX",
  "GIT_OBJECT_DIRECTORY",
  "GIT_ALTERNATE_OBJECT_DIRECTORIES",
  "GIT_QUARANTINE_PATH",
  "GIT_NAMESPACE",
  "GIT_SHALLOW_FILE",
  "GIT_GRAFT_FILE",
  "GIT_REPLACE_REF_BASE",
  "GIT_IMPLICIT_WORK_TREE",
  "GIT_INTERNAL_SUPER_PREFIX",
  "GIT_DEFAULT_HASH",
  "GIT_REFLOG_ACTION",
  "GIT_LITERAL_PATHSPECS",
  "GIT_GLOB_PATHSPECS",
  "GIT_NOGLOB_PATHSPECS",
  "GIT_ICASE_PATHSPECS",
  "GIT_CONFIG",
  "GIT_EXTERNAL_DIFF",
  "LANGUAGE",
]);

/** What every git command of hx gets: no questions, messages in English, nothing inherited from a hook's repository. */
export function commandEnvironment(base: Environment): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(base)) {
    if (value !== undefined && !ASTRAY.has(name)) env[name] = value;
  }
  return {
    ...env,
    LC_ALL: "C",
    GIT_TERMINAL_PROMPT: "0",
    GIT_OPTIONAL_LOCKS: "0",
    GIT_NO_REPLACE_OBJECTS: "1",
    GIT_DEFAULT_REF_FORMAT: "files",
    GCM_INTERACTIVE: "never",
  };
}

/**
 * For commands that must not touch a network. In a partial clone git would fetch a missing object by itself;
 * `GIT_NO_LAZY_FETCH` stops that from git 2.45 (2.39.4) on, and no permitted protocol stops it before.
 */
export function localEnvironment(base: Environment): Record<string, string> {
  return { ...commandEnvironment(base), GIT_NO_LAZY_FETCH: "1", GIT_ALLOW_PROTOCOL: "none" };
}

// Where git keeps what is being pushed while a hook of the server judges it (git-receive-pack, "Quarantine environment").
const QUARANTINE = ["GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_QUARANTINE_PATH"];

/** As `localEnvironment`, for a hook of the server: git sees the objects that are being pushed to its repository too. */
export function serverEnvironment(base: Environment): Record<string, string> {
  const env = localEnvironment(base);
  for (const name of QUARANTINE) {
    const value = base[name];
    if (value !== undefined) env[name] = value;
  }
  return env;
}

/**
 * Adds configuration through the environment, where other users of the machine cannot read it as they can
 * read arguments: headers and URLs carry credentials. Pairs that are already there stay in front.
 */
export function withConfig(env: Readonly<Record<string, string>>, pairs: readonly ConfigPair[]): Record<string, string> {
  const before = Number.parseInt(env["GIT_CONFIG_COUNT"] ?? "0", 10) || 0;
  const extended: Record<string, string> = { ...env, GIT_CONFIG_COUNT: String(before + pairs.length) };
  pairs.forEach(([key, value], i) => {
    extended[`GIT_CONFIG_KEY_${before + i}`] = key;
    extended[`GIT_CONFIG_VALUE_${before + i}`] = value;
  });
  return extended;
}

/**
 * Configuration as arguments. A hook inherits the `-c` options of the git command that runs it, and these win
 * over the environment, so what must hold whatever the user configured is said with `-c` too.
 */
export function configArguments(pairs: readonly ConfigPair[]): string[] {
  return pairs.flatMap(([key, value]) => ["-c", `${key}=${value}`]);
}
