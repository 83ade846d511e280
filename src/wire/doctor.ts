export async function* doctor(): AsyncGenerator<never> {}
