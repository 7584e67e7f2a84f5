import type { Database, Statement } from 'better-sqlite3'

/**
 * Runs a function in which a connection prepares no statement at once, but when it first runs. The store has
 * one for whatever a call may need, 500 in all, of which a start runs a few: to prepare them all takes a
 * tenth of it, in each thread. So a database that lacks a table is found out only when it is needed.
 */
export function withLateStatements<T>(db: Database, work: (db: Database) => T): T {
  const { prepare } = db
  db.prepare = ((sql: string) => new LateStatement(() => prepare.call(db, sql))) as unknown as typeof prepare
  try {
    return work(db)
  } finally {
    db.prepare = prepare
  }
}

/**
 * As much of a statement as the store uses. Unlike those of better-sqlite3, `pluck` and
 * `raw` return another one.
 */
class LateStatement {
  readonly #prepare: () => Statement
  #prepared: Statement | undefined

  constructor(prepare: () => Statement) {
    this.#prepare = prepare
  }

  get #statement(): Statement {
    this.#prepared ??= this.#prepare()
    return this.#prepared
  }

  run(...params: unknown[]) {
    return this.#statement.run(...params)
  }

  get(...params: unknown[]) {
    return this.#statement.get(...params)
  }

  all(...params: unknown[]) {
    return this.#statement.all(...params)
  }

  iterate(...params: unknown[]) {
    return this.#statement.iterate(...params)
  }

  pluck(): LateStatement {
    return new LateStatement(() => this.#prepare().pluck())
  }

  raw(): LateStatement {
    return new LateStatement(() => this.#prepare().raw())
  }
}
