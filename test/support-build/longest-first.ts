import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Files of more than half a minute, the longest first: begun last, one of them would keep one processor busy and leave the others idle. */
const LONGEST = [
  "crash/kill",
  "journey/samples",
  "attacks/reach",
  "agents/samples",
  "capture/model",
  "reading/shared",
  "docs/guides",
  "rights/never-used",
  "attacks/environments",
  "sharing/by-http",
  "guard/attacks",
  "crash/faults",
  "policy/sharing-terms",
  "package/package",
  "sharing/share-command",
  "docs/pages",
  "people/removal",
  "people/devices",
  "sharing/requests",
  "rights/erase",
].map((name) => `/test/${name}.test.ts`);

/** The order of vitest's own, except that the longest files come first. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification): number => {
      const at = LONGEST.findIndex((end) => moduleId.replaceAll("\\", "/").endsWith(end));
      return at < 0 ? LONGEST.length : at;
    };
    return (await super.sort(files)).toSorted((a, b) => place(a) - place(b));
  }
}
