export { kiloCodeFixture } from "./opencode-family.fixture.ts";
