import type { Database } from 'better-sqlite3'

/** Deletes up to `limit` rows of one owner, and returns how many. To be called in a transaction. */
export type DeleteRows = (owner: number, limit: number) => number

/** @param column the column that holds the owner's number */
export function prepareDelete(db: Database, table: string, column: string): DeleteRows {
  const statement = db.prepare<[number, number]>(`DELETE FROM ${table} WHERE ${column} = +? LIMIT +?`)
  return (owner, limit) => statement.run(owner, limit).changes
}

/**
 * The same for several tables: deletes from the first of them that has such rows.
 *
 * @param tables each with the column that holds the owner's number
 */
export function prepareDeleteFrom(db: Database, tables: [table: string, column: string][]): DeleteRows {
  const deletes = tables.map(([table, column]) => prepareDelete(db, table, column))
  return (owner, limit) => {
    for (const deleteRows of deletes) {
      const deleted = deleteRows(owner, limit)
      if (deleted > 0) return deleted
    }
    return 0
  }
}

/** Deletes the members of the segment that an import job makes. */
export const prepareMemberDelete = (db: Database): DeleteRows =>
  prepareDeleteFrom(db, [
    ['import_members', 'job'],
    ['import_members_deleted', 'job'],
    ['import_definitions', 'job'],
    ['import_user_members', 'job'],
  ])
