/** Every schema name that `--json` gives. Additive only: a field is never removed, renamed or given another meaning. */
export const SCHEMAS = {
  identity: "hx.identity/1",
  init: "hx.init/1",
  status: "hx.status/1",
  doctor: "hx.doctor/1",
  uninstall: "hx.uninstall/1",
  capture: "hx.capture/1",
  sync: "hx.sync/1",
  list: "hx.list/1",
  show: "hx.show/1",
  restore: "hx.restore/1",
  verify: "hx.verify/1",
  inspect: "hx.inspect/1",
  hooks: "hx.hooks/1",
  demo: "hx.demo/1",
  version: "hx.version/1",
} as const;
