/** One line of the table. */
export interface Figure {
  readonly row: string;
  /** What the figure stands for. */
  readonly what: string;
  /** The measured value, with its unit. */
  readonly value: string;
  /** Against what, with its own value; absent where there is no peer. */
  readonly peer?: string;
  readonly ratio?: number;
  /** The budget, and whether it holds; absent where none is set. */
  readonly budget?: string;
  readonly holds?: boolean;
  /** Input, and how often it was measured. */
  readonly sample: string;
  readonly note?: string;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const high = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? high : (high + (sorted[middle - 1] ?? high)) / 2;
}

export const ms = (value: number): string => (value < 1000 ? `${value.toFixed(value < 10 ? 1 : 0)} ms` : `${(value / 1000).toFixed(2)} s`);

export function size(bytes: number): string {
  if (bytes < 10_000) return `${bytes} B`;
  return bytes < 10_000_000 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

const HEADS = ["row", "what", "value", "peer", "ratio", "budget", "holds", "sample, n"] as const;

/** The figures as a table in Markdown, notes below. */
export function table(figures: readonly Figure[]): string {
  const lines = figures.map((figure) => [
    figure.row,
    figure.what,
    figure.value,
    figure.peer ?? "",
    figure.ratio === undefined ? "" : `${figure.ratio.toFixed(2)}x`,
    figure.budget ?? "",
    figure.holds === undefined ? "" : figure.holds ? "yes" : "NO",
    figure.sample,
  ]);
  const text = [HEADS, HEADS.map(() => "---"), ...lines].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
  const notes = figures.filter(({ note }) => note !== undefined).map(({ row, what, note }) => `- ${row}, ${what}: ${note ?? ""}`);
  return `${text}\n${notes.length === 0 ? "" : `\n${notes.join("\n")}\n`}`;
}
