import type { Database, Statement } from 'better-sqlite3'

/** A foreign key that refers to a table. */
interface Reference {
  table: string
  /** Its columns, and the columns of the other table to which they refer. */
  from: string[]
  to: string[]
}

type Row = Record<string, unknown>

/**
 * Deletes rows together with all that refers to them, as ON DELETE CASCADE would, but in steps: a
 * row goes when nothing refers to it any more. What refers to a table is read from the schema, so a
 * new table needs no mention here. Each foreign key needs an index that begins with its columns.
 */
export class CascadingDelete {
  readonly #db: Database
  /** By the table that they refer to. */
  readonly #references: Map<string, Reference[]>
  readonly #statements = new Map<string, Statement<unknown[], Row>>()
  readonly #costs = new Map<string, number>()

  constructor(db: Database) {
    this.#db = db
    this.#references = readReferences(db)
  }

  /**
   * Takes one step. To be called in a transaction.
   *
   * @param row values of columns, as many as identify the row
   * @param budget how much may be deleted: each row costs one, and one more for each index that it is in and
   *   each trigger that it fires
   * @returns what is left of the budget: with more than 0, the row is gone
   */
  step(table: string, row: Row, budget: number): number {
    return this.#delete(table, Object.keys(row), Object.values(row), budget)
  }

  /** Deletes the rows that have these values, with all that refers to them. */
  #delete(table: string, columns: string[], values: unknown[], budget: number): number {
    const references = this.#references.get(table) ?? []
    const cost = this.#costOf(table)
    const where = columns.map(column => `${column} = +?`).join(' AND ')
    if (references.length === 0) {
      const limit = Math.ceil(budget / cost)
      const remove = this.#prepare(`DELETE FROM ${table} WHERE ${where} LIMIT +?`)
      const { changes } = remove.run(...values, limit)
      return changes === limit ? 0 : budget - changes * cost
    }
    const referred = new Set(references.flatMap(({ to }) => to))
    const find = this.#prepare(`SELECT ${[...referred]} FROM ${table} WHERE ${where} LIMIT 1`)
    let left = budget
    for (let row = find.get(...values); row !== undefined && left > 0; row = find.get(...values)) {
      for (const { table, from, to } of references) {
        left = this.#delete(table, from, valuesOf(row, to), left)
        if (left <= 0) return 0
      }
      const key = references[0]!.to
      const remove = this.#prepare(
        `DELETE FROM ${table} WHERE ${key.map(column => `${column} = ?`).join(' AND ')}`,
      )
      remove.run(...valuesOf(row, key))
      left -= cost
    }
    return Math.max(0, left)
  }

  #costOf(table: string): number {
    let cost = this.#costs.get(table)
    if (cost === undefined) {
      const others = this.#prepare(
        `SELECT 1 FROM pragma_index_list(:table) WHERE origin <> 'pk'
         UNION ALL SELECT 1 FROM sqlite_schema
           WHERE type = 'trigger' AND tbl_name = :table AND sql LIKE '% AFTER DELETE ON %'`,
      )
      cost = 1 + others.all({ table }).length
      this.#costs.set(table, cost)
    }
    return cost
  }

  #prepare(sql: string): Statement<unknown[], Row> {
    let statement = this.#statements.get(sql)
    if (statement === undefined) {
      statement = this.#db.prepare<unknown[], Row>(sql)
      this.#statements.set(sql, statement)
    }
    return statement
  }
}

/** All foreign keys of a schema, by the tables that they refer to. */
function readReferences(db: Database): Map<string, Reference[]> {
  const rows = db
    .prepare<[], { table: string; id: number; parent: string; from: string; to: string }>(
      `SELECT t.name AS 'table', f.id, f."table" AS parent, f."from", f."to"
       FROM sqlite_schema t JOIN pragma_foreign_key_list(t.name) f
       WHERE t.type = 'table' ORDER BY t.rowid, f.id, f.seq`,
    )
    .all()
  const keys = new Map<string, Reference & { parent: string }>()
  for (const { table, id, parent, from, to } of rows) {
    const name = `${table} ${id}`
    const key = keys.get(name) ?? { table, parent, from: [], to: [] }
    key.from.push(from)
    key.to.push(to)
    keys.set(name, key)
  }
  return Map.groupBy(keys.values(), ({ parent }) => parent)
}

const valuesOf = (row: Row, columns: string[]): unknown[] => columns.map(column => row[column])
