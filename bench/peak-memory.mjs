// Loaded into a measured process: adds its peak memory to a file when it ends.
import { appendFileSync } from "node:fs";

const file = process.env.HX_BENCH_PEAK;
if (file) process.on("exit", () => appendFileSync(file, `${process.resourceUsage().maxRSS}\n`));
