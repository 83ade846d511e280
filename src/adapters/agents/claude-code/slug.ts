const LONGEST = 200;

/**
 * The name of the folder in which Claude Code keeps the sessions of a directory: every UTF-16 unit that is
 * no ASCII letter or digit becomes `-`; a name over 200 characters is cut and gets a hash of the directory.
 * Lossy, so it never says what the directory was. Source: docs/agents/claude-code.md.
 */
export function slugOf(directory: string): string {
  const slug = directory.replace(/[^A-Za-z0-9]/g, "-");
  if (slug.length <= LONGEST) return slug;
  let hash = 0;
  for (let i = 0; i < directory.length; i++) hash = (Math.imul(hash, 31) + directory.charCodeAt(i)) | 0;
  return `${slug.slice(0, LONGEST)}-${Math.abs(hash).toString(36)}`;
}

/**
 * Tells of a folder name whether it may belong to one of the directories or to something below. Wide on
 * purpose: the folder of `/a/b-c` also looks like one below `/a/b`. Letters are compared without case.
 */
export function slugMatcher(directories: readonly string[]): (slug: string) => boolean {
  const wanted = directories.map((directory) => {
    const trimmed = directory.length > 1 ? directory.replace(/[\\/]+$/, "") : directory;
    return trimmed.replace(/[^A-Za-z0-9]/g, "-").slice(0, LONGEST).toLowerCase();
  });
  return (slug) => {
    const name = slug.toLowerCase();
    return wanted.some((prefix) => name === prefix || name.startsWith(prefix === "-" ? prefix : `${prefix}-`));
  };
}

/** Whether a name can have been made of a directory; one that was set by hand says nothing about where its sessions ran. */
export function looksLikeSlug(name: string): boolean {
  return /^(?:-|[A-Za-z]--)[A-Za-z0-9-]*$/.test(name);
}
