import type { Database } from 'better-sqlite3'

/** Removes up to `limit` rows that belong to somebody; gives how many. To be called in a transaction. */
export type RemoveRows = (of: number, limit: number) => number

/**
 * Prepares the removal of rows in steps.
 *
 * @param key the columns that name a row
 * @param owner the column that says to whom a row belongs
 * @param owners SQL that selects the values of that column, where it is not the number itself
 */
export function prepareRemoval(
  db: Database,
  table: string,
  key: string,
  owner: string,
  owners = '?',
): RemoveRows {
  const statement = db.prepare<[number, number]>(
    `DELETE FROM ${table} WHERE (${key}) IN (SELECT ${key} FROM ${table} WHERE ${owner} IN (${owners}) LIMIT ?)`,
  )
  return (of, limit) => statement.run(of, limit).changes
}

/** The same for all tables that say who is in the segment of an import job. */
export const prepareMemberRemoval = (db: Database): RemoveRows[] =>
  [
    ['import_members', 'job, first'],
    ['import_members_deleted', 'app, endpoint_id, job'],
    ['import_definitions', 'job, endpoint_id'],
    ['import_user_members', 'job, user_id'],
  ].map(([table, key]) => prepareRemoval(db, table!, key!, 'job'))
