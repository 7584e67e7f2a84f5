import type { Database, RunResult } from 'better-sqlite3'

/** Rows after which it is known which of their values are the same in all. */
const rowsToLearn = 50

/**
 * Prepares a statement that is to be run for many rows which are alike: a value that is the same in row after row is
 * written into the statement, as to bind one takes as long as to store it. It is one statement that is known to work for
 * any row, and another for those that are like the last ones.
 *
 * @param sqlOf gives the statement, from an SQL expression for each value, in the order in which the statement has them
 * @param length how many values a row has
 * @returns a function that runs it for a row
 */
export function prepareForAlike(
  db: Database,
  sqlOf: (expressions: string[]) => string,
  length: number,
): (row: unknown[]) => RunResult {
  const ofAny = db.prepare<unknown[]>(sqlOf(Array.from({ length }, () => '?')))
  let alike: ReturnType<typeof prepareAlike> | undefined
  /** A row, and which of its values all rows since have had. */
  let learned: { from: unknown[]; same: boolean[]; rows: number } | undefined

  const prepareAlike = (row: unknown[], same: boolean[]) => {
    const expressions = row.map((value, index) => (same[index] ? literalOf(value) : undefined))
    const fixed = expressions.flatMap((expression, index) => (expression === undefined ? [] : [index]))
    const bound = expressions.flatMap((expression, index) => (expression === undefined ? [index] : []))
    return { row, fixed, bound, statement: db.prepare<unknown[]>(sqlOf(expressions.map(e => e ?? '?'))) }
  }

  const learn = (row: unknown[]) => {
    learned ??= { from: row, same: row.map(() => true), rows: 0 }
    const { from, same } = learned
    for (let index = 0; index < length; index++) if (row[index] !== from[index]) same[index] = false
    if (++learned.rows < rowsToLearn) return
    alike = prepareAlike(row, same)
    learned = undefined
  }

  return row => {
    if (alike !== undefined) {
      if (isLike(row, alike)) return alike.statement.run(...alike.bound.map(index => row[index]))
      alike = undefined
    }
    learn(row)
    return ofAny.run(row)
  }
}

function isLike(row: unknown[], { row: model, fixed }: { row: unknown[]; fixed: number[] }): boolean {
  for (const index of fixed) if (row[index] !== model[index]) return false
  return true
}

/** A value as SQL, or undefined where it is of a kind that cannot well be written so. */
export function literalOf(value: unknown): string | undefined {
  if (value === null) return 'NULL'
  if (Number.isSafeInteger(value) || typeof value === 'bigint') return String(value)
  // SQLite reads a statement to its first NUL.
  if (typeof value !== 'string' || value.includes('\0') || !value.isWellFormed()) return undefined
  return `'${value.replaceAll("'", "''")}'`
}
