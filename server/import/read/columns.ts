/**
 * One column of many rows: the value that all rows share, or an array of one value for each row.
 */
export type Column<T> = T | T[]

/** Rows, stored by column. */
export type Columns<Row> = { [Name in keyof Row]: Column<Row[Name]> }

export const valueAt = <T>(column: Column<T>, row: number): T =>
  Array.isArray(column) ? column[row]! : column

/** Makes the column of one field. Values must not be arrays themselves. */
export function columnOf<In, T>(values: In[], field: (value: In) => T): Column<T> {
  const first = field(values[0]!)
  if (values.every(value => field(value) === first)) return first
  // Not by map(): V8 takes its array for one with holes, which is slow to copy between threads.
  const column: T[] = []
  for (const value of values) column.push(field(value))
  return column
}
