import { execFileSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Bench } from './bench.ts'
import { columns } from './data-set.ts'

/** The version of SQLite's command line; undefined where there is none. */
export function sqliteVersion(): string | undefined {
  try {
    return `sqlite3 ${execFileSync('sqlite3', ['--version'], { encoding: 'utf8' }).split(' ')[0]}`
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/**
 * The yardstick of imports: SQLite's command line imports the same file into a new database with its default
 * settings. Its table is keyed on the id and keeps all columns as text, in one transaction.
 *
 * @returns seconds; NaN without the command line
 */
export function importBySqlite({ folder }: Bench, file: string): number {
  if (sqliteVersion() === undefined) return Number.NaN
  const database = join(folder, 'yardstick.db')
  const others = columns.slice(1).map((_, index) => `column${index}`)
  const script = [
    `CREATE TABLE endpoints (Id TEXT PRIMARY KEY, ${others.join(', ')});`,
    '.mode csv',
    `.import --skip 1 ${file} endpoints`,
  ].join('\n')
  const begun = performance.now()
  execFileSync('sqlite3', ['-bail', database], { input: script })
  const seconds = (performance.now() - begun) / 1000
  rmSync(database)
  return seconds
}
