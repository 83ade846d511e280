/** How a secret is shown: its first characters and its length, and never more than a quarter of it. */
export function maskSecret(secret: string): string {
  const characters = [...secret];
  return `${characters.slice(0, Math.min(4, Math.floor(characters.length / 4))).join("")}… (${characters.length} characters)`;
}
