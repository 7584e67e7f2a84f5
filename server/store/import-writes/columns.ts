import type { Rows } from './bulk-lookup.ts'

/** What many rows say under one name: one value where all say the same, or a list of what each says. No value is a list. */
export type Column<T> = T | T[]

/** Rows by columns. */
export type Columns<Row> = { [Name in keyof Row]: Column<Row[Name]> }

export const valueAt = <T>(column: Column<T>, row: number): T =>
  Array.isArray(column) ? column[row]! : column

/** Some rows of a column, each as another value. */
export function mapColumn<T, To>(
  column: Column<T>,
  { from, to }: Rows,
  change: (value: T) => To,
): Column<To> {
  if (!Array.isArray(column)) return change(column)
  const changed: To[] = Array(to)
  for (let row = from; row < to; row++) changed[row] = change(column[row]!)
  return changed
}
