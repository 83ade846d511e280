/** Made-up secrets that look right, put together here, so that no scanner of a host finds one in this file. */
export function random(alphabet: string, length: number, seed = 1): string {
  let state = (0x2545f491 ^ (length * seed)) >>> 0;
  let text = "";
  while (text.length < length) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    text += alphabet.charAt((state >>> 16) % alphabet.length);
  }
  return text;
}

export const HEX = "0123456789abcdef";
export const WORD = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
export const BASE64 = `${WORD}+/`;
const URL64 = `${WORD}-_`;

const body = Array.from({ length: 20 }, (_, i) => random(BASE64, 64, i + 2));

export function pem(kind: string, lines: readonly string[] = [`MI${body[0]?.slice(2)}`, ...body.slice(1)]): string {
  return [`-----BEGIN ${kind}PRIVATE ` + "KEY-----", ...lines, `-----END ${kind}PRIVATE ` + "KEY-----"].join("\n");
}

/** Text in which each stands, and the secret in it. */
export const SECRETS: Readonly<Record<string, { readonly text: string; readonly secret: string }>> = {
  awsSecret: named("AWS_SECRET_ACCESS_" + "KEY=", random(WORD, 40)),
  github: whole("gh" + "p_" + random(WORD, 36)),
  githubFine: whole("github_" + "pat_" + random(WORD, 82)),
  npm: whole("np" + "m_" + random(WORD, 36)),
  npmrc: named("//registry.example.org/:_auth" + "Token=", random(HEX, 36)),
  slack: whole("xo" + "xb-" + random("0123456789", 12) + "-" + random("0123456789", 12, 3) + "-" + random(WORD, 24)),
  sendgrid: whole("S" + "G." + random(WORD, 22) + "." + random(WORD, 43)),
  openai: whole("s" + "k-" + random(WORD, 20) + "T3Blbk" + "FJ" + random(WORD, 20, 5)),
  openaiProject: whole("s" + "k-proj-" + random(URL64, 90)),
  anthropic: whole("s" + "k-ant-" + "api03-" + random(URL64, 93) + "AA"),
  stripe: whole("sk_" + "live_" + random(WORD, 24)),
  gitlab: whole("glp" + "at-" + random(URL64, 20)),
  google: whole("AI" + "za" + random(URL64, 35)),
  huggingface: whole("h" + "f_" + random(WORD, 34)),
  shopify: whole("shp" + "at_" + random(HEX, 32)),
  linear: whole("lin_" + "api_" + random(WORD, 40)),
  jwt: whole("ey" + "J" + random(WORD, 34) + "." + "ey" + "J" + random(WORD, 60) + "." + random(URL64, 43)),
  basicauth: whole("https://deploy:" + random(WORD, 18) + "@git.example.com"),
  postgres: whole("postgres://app:" + random(WORD, 18) + "@db.internal.net/orders"),
  rsa: whole(pem("RSA ")),
  pkcs8: whole(pem("")),
  openssh: whole(pem("OPENSSH ", ["b3BlbnNzaC1rZXktdjE" + random(BASE64, 51), ...body])),
  cutOff: whole(pem("RSA ").split("\n").slice(0, 6).join("\n")),
  bearer: named("Authorization: Bearer ", random(URL64, 44)),
  password: named('"password": "', random(BASE64, 28)),
  apiKeyHex: named("api_" + "key = ", random(HEX, 32)),
  option: named("deploy --token ", random(WORD, 32)),
  envSecret: named("SESSION_" + "SECRET=", random(BASE64, 43) + "="),
};

function whole(secret: string): { text: string; secret: string } {
  return { text: secret, secret };
}

function named(name: string, secret: string): { text: string; secret: string } {
  return { text: name + secret, secret };
}

/** What looks random and is no secret. */
export const HARMLESS: readonly string[] = [
  `commit ${random(HEX, 40)}`,
  `"oid":"${random(HEX, 64)}"`,
  `cache key: ${random(HEX, 64)}`,
  "key: 0b8f5c3e-2d2a-4c57-9b1a-7d6f0e2c9a11",
  "session_token: 0b8f5c3e-2d2a-4c57-9b1a-7d6f0e2c9a11",
  `"integrity": "sha512-${random(BASE64, 86)}=="`,
  `"integrity-key": "sha512-${random(BASE64, 86)}=="`,
  `sha256:${random(HEX, 64)}`,
  `data:image/png;base64,${random(BASE64, 3000)}`,
  `"signature":"${random(BASE64, 600)}"`,
  `"encrypted_content":"${random(BASE64, 600)}"`,
  `"tool_use_id":"toolu_${random(WORD, 24)}"`,
  `public_key: ${random(BASE64, 44)}`,
  `"keyId": "${random(WORD, 32)}"`,
  "const token = getAuthenticationTokenFromRequestHeaders2(request)",
  "secret: process.env.MY_SERVICE_SECRET_TOKEN_NAME_V2",
  "key: packages/adapters/scanner2/high-entropy",
  "token: your-api-token-goes-here-1234567890",
  "AWS_SECRET_ACCESS_" + "KEY=$AWS_SECRET_ACCESS_KEY",
  "password: ${DB_PASSWORD_FROM_VAULT_2024}",
  "-----BEGIN PRIVATE " + "KEY-----\n...\n-----END PRIVATE " + "KEY-----",
  "max_tokens: 200000000000000000000000",
  "a task-oriented-approach-to-building-things-in-2024",
];
