/** A refusal with one of the error codes of the specification. */
export class Refusal extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(`${code}: ${message}`);
    this.name = "Refusal";
    this.code = code;
  }
}

/** Throws a refusal with this code. */
export function refuse(code: string, message: string): never {
  throw new Refusal(code, message);
}

/** Throws a refusal unless the condition holds. */
export function demand(condition: boolean, code: string, message: string): asserts condition {
  if (!condition) refuse(code, message);
}

/** The code of an error, or undefined if it is not a refusal. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Refusal ? error.code : undefined;
}

/** Runs `work`; every refusal other than those in `kept` becomes one with `code`. */
export async function refuseAs<T>(code: string, kept: string[], work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Refusal) || kept.includes(error.code)) throw error;
    throw new Refusal(code, error.message);
  }
}
