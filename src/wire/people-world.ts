import type { IdentityPorts } from "../app/identity/ports.ts";
import type { PeopleWorld } from "../cli/world-people.ts";
import type { WorldContext } from "../cli/world.ts";
import { issueCaptureKey } from "./capture-key.ts";
import { addDevices, devices, pendingDevices } from "./devices.ts";
import { join, planJoin } from "./join.ts";
import { joinDevice } from "./join-device.ts";
import { admit, members, pendingPeople, setRole } from "./members.ts";
import { planDeviceRemoval, planRemoval, removeDevice, removeMember } from "./removal.ts";
import type { Settings } from "./settings.ts";
import { setSuccession, succession } from "./succession.ts";

export function peopleWorld(settings: Settings, context: WorldContext, ports: () => Promise<IdentityPorts>): PeopleWorld {
  return {
    planJoin: (options) => planJoin(settings, context, ports, options),
    join: (options) => join(settings, context, ports, options),
    joinDevice: (options, protection) => joinDevice(settings, context, ports, options, protection),
    members: (options) => members(settings, context, ports, options),
    pendingPeople: (files) => pendingPeople(settings, context, ports, files),
    admit: (fingerprints, files) => admit(settings, context, ports, fingerprints, files),
    planRemoval: (person, departed) => planRemoval(settings, context, ports, person, departed),
    removeMember: (person, departed) => removeMember(settings, context, ports, person, departed),
    setRole: (person, administrator) => setRole(settings, context, ports, person, administrator),
    devices: (options) => devices(settings, context, ports, options),
    pendingDevices: () => pendingDevices(settings, context, ports),
    addDevices: (fingerprints) => addDevices(settings, context, ports, fingerprints),
    planDeviceRemoval: (device) => planDeviceRemoval(settings, context, ports, device),
    removeDevice: (device) => removeDevice(settings, context, ports, device),
    issueCaptureKey: (days) => issueCaptureKey(settings, context, ports, days),
    succession: () => succession(settings, context, ports),
    setSuccession: (team) => setSuccession(settings, context, ports, team),
  };
}
