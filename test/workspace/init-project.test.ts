import { describe, expect, it } from "vitest";
import { projectToConnect } from "../../src/app/workspace/init-project.ts";
import { isHxError } from "../../src/domain/errors.ts";
import { projectId } from "../../src/domain/ids.ts";

const ids = ["1", "2", "3"].map((digit) => projectId(digit.repeat(32)));
const [shop = projectId(""), other = projectId(""), closed = projectId("")] = ids;
const there = [
  { id: shop, name: "Shop" },
  { id: closed, name: null },
];

function refusal(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return isHxError(error) ? [error.code, error.hints] : error;
  }
}

describe("the project of a repository that is connected", () => {
  it("is the one that has the name, or the id, which was given", () => {
    expect(projectToConnect(there, "shop", true)?.id).toBe(shop);
    expect(projectToConnect(there, closed, true)?.id).toBe(closed);
    expect(projectToConnect(there, "web", true)).toBeNull();
    expect(projectToConnect([], "shop", false)).toBeNull();
  });

  it("is none that is there without a word, as its teams may ask for it", () => {
    expect(refusal(() => projectToConnect(there, "shop", false))).toEqual(["exists", [`hx init --project ${shop}`, "hx init --project <name>"]]);
    expect(projectToConnect(there, closed, false)).toBeNull();
  });

  it("is not guessed among several of one name, nor made beside one that looks like it", () => {
    const twice = [...there, { id: other, name: "shop" }];
    expect(refusal(() => projectToConnect(twice, "shop", true))).toEqual(["ambiguous", [`hx init --project ${shop}`, `hx init --project ${other}`]]);
    expect(projectToConnect(twice, other, true)?.id).toBe(other);
    expect(refusal(() => projectToConnect(there, "sh0p", true))).toEqual(["exists", ["hx init --project <name>"]]);
  });
});
