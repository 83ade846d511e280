import { isHxError } from "../../src/domain/errors.ts";

/** "ok", or the code of the HxError. Any other error is thrown on: a reader must not fail with one. */
export function codeOf(read: () => unknown): string {
  try {
    read();
    return "ok";
  } catch (error) {
    if (isHxError(error)) return error.code;
    throw error;
  }
}

export async function codeOfPromise(read: () => Promise<unknown>): Promise<string> {
  try {
    await read();
    return "ok";
  } catch (error) {
    if (isHxError(error)) return error.code;
    throw error;
  }
}
