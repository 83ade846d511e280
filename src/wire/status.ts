export async function status(): Promise<never> { throw new Error("x"); }
