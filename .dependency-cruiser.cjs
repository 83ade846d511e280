// The arrows of the architecture (docs/architecture.md). A file may import only
// downwards; nothing imports sideways between adapters; wire alone sees everything.
const only = (name, from, allowed, comment) => ({
  name,
  comment,
  severity: "error",
  from: { path: from },
  to: { path: "^(src|bin)/", pathNot: allowed },
});
module.exports = {
  forbidden: [
    only("domain-is-pure", "^src/domain/", "^src/domain/", "domain imports nothing outside itself"),
    only("format-knows-domain", "^src/format/", "^src/(format|domain)/", "format: bytes and domain only"),
    only("ports-are-interfaces", "^src/ports/", "^src/(ports|domain)/", "ports speak domain"),
    only("app-uses-ports", "^src/app/", "^src/(app|domain|format|ports)/", "app: ports in, values out"),
    only("adapters-serve-ports", "^src/adapters/", "^src/(adapters|ports|format|domain)/", "adapters never import app, cli, hooks or wire"),
    only("cli-uses-app", "^src/cli/", "^src/(cli|app|domain|ports|wire)/", "cli gets its world from wire"),
    only("hooks-use-app", "^src/hooks/", "^src/(hooks|app|domain|ports|wire)/", "hooks: the fast lane"),
    {
      name: "no-sideways-adapters",
      severity: "error",
      comment: "one adapter never imports another",
      from: { path: "^src/adapters/([^/]+)/" },
      to: { path: "^src/adapters/", pathNot: "^src/adapters/$1/" },
    },
    {
      name: "no-sideways-agents",
      severity: "error",
      comment: "deleting one agent costs one line",
      from: { path: "^src/adapters/agents/([^/]+)/" },
      to: { path: "^src/adapters/agents/[^/]+/", pathNot: "^src/adapters/agents/($1|shared)/" },
    },
    {
      name: "domain-no-io",
      severity: "error",
      from: { path: "^src/domain/" },
      to: { dependencyTypes: ["core", "npm"] },
    },
    {
      name: "format-no-io",
      severity: "error",
      comment: "format may use the CBOR codec, no other package and no node module",
      from: { path: "^src/format/" },
      to: { dependencyTypes: ["core", "npm"], pathNot: "cborg" },
    },
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { extensions: [".ts", ".js"], exportsFields: ["exports"], conditionNames: ["import", "node", "types"] },
  },
};
