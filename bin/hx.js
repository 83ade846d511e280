#!/usr/bin/env node
import module from "node:module";
import { homedir } from "node:os";
import { join } from "node:path";

// In a directory of the user's own: the default lies in the shared temporary directory, where others can write.
const { HX_CACHE_DIR, XDG_CACHE_HOME, NODE_COMPILE_CACHE } = process.env;
const cache = HX_CACHE_DIR || join(XDG_CACHE_HOME || join(homedir(), ".cache"), "hx");
// The demo leaves nothing behind, this neither.
if (!NODE_COMPILE_CACHE && process.argv[2] !== "demo") module.enableCompileCache?.(join(cache, "compiled"));

const { main } = await import("../dist/main.js");
process.exitCode = await main(process.argv.slice(2));
