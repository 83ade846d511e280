/**
 * The Hungarian algorithm: one column for each row, none twice, with the highest sum.
 * @param gains rows of equal length, no fewer columns than rows
 * @returns the column of each row
 */
export function assign(gains: readonly (readonly number[])[]): readonly number[] {
  const [rows, columns] = [gains.length, gains[0]?.length ?? 0];
  if (rows > columns) throw new RangeError("fewer columns than rows");
  const rowPrice = new Float64Array(rows + 1);
  const columnPrice = new Float64Array(columns + 1);
  // Row of each column, both counted from 1; column 0 holds the row that looks for one.
  const owner = new Int32Array(columns + 1);
  const at = (array: Float64Array | Int32Array, i: number): number => array[i] ?? 0;
  for (let row = 1; row <= rows; row++) {
    const slack = new Float64Array(columns + 1).fill(Infinity);
    const from = new Int32Array(columns + 1);
    const visited = new Set<number>();
    owner[0] = row;
    let column = 0;
    do {
      visited.add(column);
      const current = at(owner, column);
      let [next, step] = [0, Infinity];
      for (let other = 1; other <= columns; other++) {
        if (visited.has(other)) continue;
        const cost = -(gains[current - 1]?.[other - 1] ?? 0) - at(rowPrice, current) - at(columnPrice, other);
        if (cost < at(slack, other)) [slack[other], from[other]] = [cost, column];
        if (at(slack, other) < step) [step, next] = [at(slack, other), other];
      }
      for (let other = 0; other <= columns; other++) {
        if (visited.has(other)) {
          rowPrice[at(owner, other)] = at(rowPrice, at(owner, other)) + step;
          columnPrice[other] = at(columnPrice, other) - step;
        } else slack[other] = at(slack, other) - step;
      }
      column = next;
    } while (at(owner, column) !== 0);
    while (column !== 0) {
      owner[column] = at(owner, at(from, column));
      column = at(from, column);
    }
  }
  const chosen = new Array<number>(rows).fill(-1);
  for (let column = 1; column <= columns; column++) if (at(owner, column) !== 0) chosen[at(owner, column) - 1] = column - 1;
  return chosen;
}
