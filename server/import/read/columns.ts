/** What many rows have in one column: one value where all have the same, or a list of what each has. No value is a list. */
export type Column<T> = T | T[]

/** Rows by columns. */
export type Columns<Row> = { [Name in keyof Row]: Column<Row[Name]> }

export const valueAt = <T>(column: Column<T>, row: number): T =>
  Array.isArray(column) ? column[row]! : column

/** Makes a column of one field of many values. */
export function columnOf<In, T>(values: In[], field: (value: In) => T): Column<T> {
  const first = field(values[0]!)
  if (values.every(value => field(value) === first)) return first
  // Not by map(): an array that it makes could have holes, as far as V8 knows, and is copied between threads slowly.
  const column: T[] = []
  for (const value of values) column.push(field(value))
  return column
}
