export { openCodeFixture } from "./opencode-family.fixture.ts";
