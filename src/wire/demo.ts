export async function* demo(): AsyncGenerator<never> {}
