/** What many rows say under one name: one value where all say the same, or a list of what each says. No value is a list. */
export type Column<T> = T | T[]

/** Rows by columns. */
export type Columns<Row> = { [Name in keyof Row]: Column<Row[Name]> }

export const valueAt = <T>(column: Column<T>, row: number): T =>
  Array.isArray(column) ? column[row]! : column
