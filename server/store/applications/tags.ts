import type { Database } from 'better-sqlite3'
import type { Tags } from '../../model/tags.ts'

/** The tags of all resources, by the ARNs of the resources. */
export function createTags(db: Database) {
  const get = db
    .prepare<[string], [string, string]>('SELECT key, value FROM tags WHERE resource_arn = +? ORDER BY key')
    .raw()
  const put = db.prepare(
    'INSERT INTO tags VALUES (?, ?, ?) ON CONFLICT (resource_arn, key) DO UPDATE SET value = excluded.value',
  )
  const remove = db.prepare('DELETE FROM tags WHERE resource_arn = ? AND key = ?')
  const removeUnder = db.prepare(
    `DELETE FROM tags WHERE resource_arn = :arn OR resource_arn GLOB :arn || '/*'`,
  )

  return {
    get: (arn: string): Tags => Object.fromEntries(get.all(arn)),

    /** Adds tags to a resource. A key that it already has gets the new value. */
    put(arn: string, tags: Tags): void {
      for (const [key, value] of Object.entries(tags)) put.run(arn, key, value)
    },

    delete(arn: string, keys: string[]): void {
      for (const key of keys) remove.run(arn, key)
    },

    /**
     * Removes the tags of a resource, and of the resources in it: their ARNs begin with its own.
     */
    deleteUnder: (arn: string): void => void removeUnder.run({ arn }),
  }
}
