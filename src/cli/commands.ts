import type { CommandSpec } from "./command.ts";
import { command as agents } from "./commands/agents.ts";
import { command as capture } from "./commands/capture.ts";
import { command as check } from "./commands/check.ts";
import { command as demo } from "./commands/demo.ts";
import { command as deny } from "./commands/deny.ts";
import { command as doctor } from "./commands/doctor.ts";
import { command as erase } from "./commands/erase.ts";
import { command as exportSessions } from "./commands/export.ts";
import { command as guard } from "./commands/guard.ts";
import { command as exclude } from "./commands/exclude.ts";
import { command as guardAnchor } from "./commands/guard-anchor.ts";
import { command as guardInstall, uninstall as guardUninstall } from "./commands/guard-install.ts";
import { command as handoff } from "./commands/handoff.ts";
import { helpCommand } from "./commands/help.ts";
import { command as hooksInstall } from "./commands/hooks-install.ts";
import { command as hooksRemove } from "./commands/hooks-remove.ts";
import { command as hooksStatus } from "./commands/hooks-status.ts";
import { command as identityLock } from "./commands/identity-lock.ts";
import { command as identityNew } from "./commands/identity-new.ts";
import { command as identityPassphrase } from "./commands/identity-passphrase.ts";
import { command as identityRestore } from "./commands/identity-restore.ts";
import { command as identityShow } from "./commands/identity-show.ts";
import { command as identityUnlock } from "./commands/identity-unlock.ts";
import { command as init } from "./commands/init.ts";
import { command as inspect } from "./commands/inspect.ts";
import { command as deviceAdd } from "./commands/device-add.ts";
import { command as deviceIssue } from "./commands/device-issue.ts";
import { command as deviceList } from "./commands/device-list.ts";
import { command as deviceRemove } from "./commands/device-remove.ts";
import { command as identitySuccession } from "./commands/identity-succession.ts";
import { command as join } from "./commands/join.ts";
import { command as memberAdd } from "./commands/member-add.ts";
import { command as memberList } from "./commands/member-list.ts";
import { command as memberRemove } from "./commands/member-remove.ts";
import { command as memberRole } from "./commands/member-role.ts";
import { command as list } from "./commands/list.ts";
import { command as pause } from "./commands/pause.ts";
import { command as policyInit } from "./commands/policy-init.ts";
import { command as policyPublish } from "./commands/policy-publish.ts";
import { command as policyShow } from "./commands/policy-show.ts";
import { command as policyDiff } from "./commands/policy-diff.ts";
import { command as policyHistory } from "./commands/policy-history.ts";
import { command as policyCheck } from "./commands/policy-check.ts";
import { command as projectCreate } from "./commands/project-create.ts";
import { command as projectGrant } from "./commands/project-grant.ts";
import { command as projectList } from "./commands/project-list.ts";
import { command as projectWithdraw } from "./commands/project-withdraw.ts";
import { command as request } from "./commands/request.ts";
import { command as requests } from "./commands/requests.ts";
import { command as log } from "./commands/log.ts";
import { command as restore } from "./commands/restore.ts";
import { command as retention } from "./commands/retention.ts";
import { command as revoke } from "./commands/revoke.ts";
import { command as share } from "./commands/share.ts";
import { command as shares } from "./commands/shares.ts";
import { command as show } from "./commands/show.ts";
import { command as status } from "./commands/status.ts";
import { command as sync } from "./commands/sync.ts";
import { command as teamAdmit } from "./commands/team-admit.ts";
import { command as teamCreate } from "./commands/team-create.ts";
import { command as teamList } from "./commands/team-list.ts";
import { command as teamNominate } from "./commands/team-nominate.ts";
import { command as teamRemove } from "./commands/team-remove.ts";
import { command as teamRotate } from "./commands/team-rotate.ts";
import { command as teamShow } from "./commands/team-show.ts";
import { command as uninstall } from "./commands/uninstall.ts";
import { command as verify } from "./commands/verify.ts";
import { command as version } from "./commands/version.ts";

/** All commands, in the order in which help and reference show them. */
export const COMMANDS: readonly CommandSpec[] = [
  init,
  join,
  status,
  doctor,
  demo,
  uninstall,
  helpCommand(() => COMMANDS),
  capture,
  pause,
  exclude,
  sync,
  verify,
  restore,
  handoff,
  exportSessions,
  list,
  show,
  agents,
  request,
  requests,
  deny,
  check,
  share,
  revoke,
  shares,
  log,
  identityNew,
  identityShow,
  identityUnlock,
  identityLock,
  identityPassphrase,
  identityRestore,
  teamCreate,
  teamNominate,
  teamAdmit,
  teamRemove,
  teamRotate,
  teamList,
  teamShow,
  projectCreate,
  projectGrant,
  projectWithdraw,
  projectList,
  policyInit,
  policyPublish,
  policyShow,
  policyDiff,
  policyHistory,
  policyCheck,
  identitySuccession,
  memberList,
  memberAdd,
  memberRemove,
  memberRole,
  deviceList,
  deviceAdd,
  deviceRemove,
  deviceIssue,
  retention,
  erase,
  hooksInstall,
  hooksRemove,
  hooksStatus,
  guard,
  guardAnchor,
  guardInstall,
  guardUninstall,
  inspect,
  version,
];
