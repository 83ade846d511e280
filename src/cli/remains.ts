/** What erasing leaves behind: said before it, after it, and in JSON. */
export const REMAINS: readonly string[] = [
  "clones, backups and mirrors that fetched the keys before: who has one of them, and keys that open them, can still read",
  "what the host keeps of replaced refs until it cleans up, and this clone until git prunes: ask for a garbage collection where it matters",
  "what teammates opened, wrote out or restored while it was shared; nothing takes that back",
  "the sealed bytes in the lane, their sizes and days, and the tombstone, which tells everybody that something was erased",
  "the agent's own files on this machine: hx never deletes them, and does not capture them again",
];
