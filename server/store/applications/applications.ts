import type { Database } from 'better-sqlite3'
import type { ApplicationResponse } from '../../model/application.ts'
import type { Listed, Page } from '../../model/page.ts'
import type { createTags } from './tags.ts'

interface AppRow {
  seq: number
  id: string
  arn: string
  name: string
  creation_date: string
}

/** An application. Rows of its endpoints, jobs and segments refer to its `seq`. */
export interface AppRef {
  seq: number
  id: string
}

/** The account in the ARN of an application. */
export const accountIn = (arn: string): string => arn.split(':')[4]!

/**
 * The repository of applications. Deleted ones do not exist for its methods; `store/purge.ts`
 * purges their rows.
 */
export function createApps(db: Database, tags: ReturnType<typeof createTags>) {
  const find = db.prepare<[string], AppRef>('SELECT seq, id FROM apps WHERE id = ?')
  const get = db.prepare<[string], AppRow>('SELECT * FROM apps WHERE id = ?')
  const arnOf = db.prepare<[number], string>('SELECT arn FROM apps WHERE seq = ?').pluck()
  const list = db.prepare<Page, AppRow>(
    'SELECT * FROM apps WHERE id IS NOT NULL AND seq < +:before ORDER BY seq DESC LIMIT +:limit',
  )
  const insert = db.prepare(
    'INSERT INTO apps (id, arn, name, creation_date) VALUES (:Id, :Arn, :Name, :CreationDate)',
  )
  const rename = db.prepare('UPDATE apps SET name = ? WHERE id = ?')
  const markDeleted = db.prepare('UPDATE apps SET id = NULL WHERE id = ?')

  const toResponse = (row: AppRow): ApplicationResponse => ({
    Arn: row.arn,
    CreationDate: row.creation_date,
    Id: row.id,
    Name: row.name,
    tags: tags.get(row.arn),
  })

  return {
    find: (id: string): AppRef | undefined => find.get(id),

    /** The account that has created an application. */
    accountOf: (app: AppRef): string => accountIn(arnOf.get(app.seq)!),

    get(id: string): ApplicationResponse | undefined {
      const row = get.get(id)
      return row && toResponse(row)
    },

    list: (page: Page): Listed<ApplicationResponse>[] =>
      list.all(page).map(row => ({ seq: row.seq, value: toResponse(row) })),

    create(app: Required<ApplicationResponse>): void {
      insert.run({ Id: app.Id, Arn: app.Arn, Name: app.Name, CreationDate: app.CreationDate })
      tags.put(app.Arn, app.tags)
    },

    /** Renames an application, which no operation of Pinpoint does. */
    rename: (id: string, name: string): void => void rename.run(name, id),

    /** Deletes an application with everything in it, and returns it as it was. */
    delete(id: string): ApplicationResponse | undefined {
      const row = get.get(id)
      if (row === undefined) return undefined
      const app = toResponse(row)
      markDeleted.run(id)
      tags.deleteUnder(row.arn)
      return app
    },
  }
}
