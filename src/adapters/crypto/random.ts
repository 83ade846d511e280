/** Most that the platform gives at a time. */
const AT_ONCE = 65_536;

/** From where libsodium takes its random words one by one, read in one go: that is what half of an encapsulation's time went into. */
export function randomBytes(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += AT_ONCE) globalThis.crypto.getRandomValues(bytes.subarray(at, at + AT_ONCE));
  return bytes;
}
