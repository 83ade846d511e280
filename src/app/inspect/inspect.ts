export async function inspect(): Promise<never> { throw new Error("x"); }
