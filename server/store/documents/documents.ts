import type { Database } from 'better-sqlite3'
import type { Listed, Page } from '../../model/page.ts'
import type { Tags } from '../../model/tags.ts'
import type { AppRef } from '../applications/applications.ts'
import type { createTags } from '../applications/tags.ts'

/** A document in one of its versions. */
export interface DocumentVersion<Body> {
  id: string
  arn: string
  /** ISO 8601, when the document was created. */
  creationDate: string
  version: number
  /** ISO 8601, when this version was written. */
  lastModifiedDate: string
  /** What this version says. */
  body: Body
  /** The document's tags as they are now: versions have none. */
  tags: Tags
}

/** The row of a version, by which other tables refer to it. */
export interface VersionRef {
  document: number
  version: number
}

/**
 * The repository of one kind of versioned documents: resources that are JSON to the store, each
 * identified by an id, or a name, that is unique in its application or, without one, in the account.
 * A deleted document is gone for every method here at once; `store/purge.ts` removes its rows.
 *
 * @param kind the kind, as it stands in the table
 * @param toAnswer makes of a version what the methods answer
 */
export function createDocuments<Body extends object, Answer, Owner extends AppRef | null = AppRef>(
  db: Database,
  tags: ReturnType<typeof createTags>,
  kind: string,
  toAnswer: (owner: Owner, document: DocumentVersion<Body>) => Answer,
) {
  type Row = Omit<DocumentVersion<Body>, 'body' | 'tags'> & { seq: number; body: string }

  const ofKind = 'd.app IS +:app AND d.kind = +:kind AND d.id IS NOT NULL'
  const versions = `SELECT d.seq, d.id, d.arn, d.creation_date AS creationDate,
      v.version, v.last_modified_date AS lastModifiedDate, v.body
    FROM documents d JOIN document_versions v ON v.document = d.seq`
  const current = `${versions} AND v.version = d.version WHERE ${ofKind}`
  const get = db.prepare<unknown[], Row>(`${current} AND d.id = +:id`)
  const list = db.prepare<unknown[], Row>(`${current} AND d.seq < +:before ORDER BY d.seq DESC LIMIT +:limit`)
  const ofDocument = `${versions} WHERE v.document = (SELECT seq FROM documents d WHERE ${ofKind} AND d.id = +:id)`
  const getVersion = db.prepare<unknown[], Row>(`${ofDocument} AND v.version = +:version`)
  const listVersions = db.prepare<unknown[], Row>(
    `${ofDocument} AND v.version < +:before ORDER BY v.version DESC LIMIT +:limit`,
  )
  const insert = db.prepare<unknown[], VersionRef>(
    `INSERT INTO documents (app, kind, id, arn, creation_date, version)
     VALUES (:app, :kind, :id, :arn, :now, 1) RETURNING seq AS document, version`,
  )
  const renew = db.prepare<[number], VersionRef>(
    'UPDATE documents SET version = version + 1 WHERE seq = ? RETURNING seq AS document, version',
  )
  const insertVersion = db.prepare(
    `INSERT INTO document_versions (document, version, last_modified_date, body)
     VALUES (:document, :version, :now, :body)`,
  )
  const markDeleted = db.prepare('UPDATE documents SET id = NULL WHERE seq = ?')

  const of = (owner: Owner) => ({ app: owner?.seq ?? null, kind })

  const answer = (owner: Owner, { seq, body, ...row }: Row): Answer =>
    toAnswer(owner, { ...row, body: JSON.parse(body), tags: tags.get(row.arn) })

  const addVersion = (version: VersionRef, body: Body, now: string): VersionRef => {
    insertVersion.run({ ...version, now, body: JSON.stringify(body) })
    return version
  }

  return {
    /** The current version of a document. */
    get(owner: Owner, id: string): Answer | undefined {
      const row = get.get({ ...of(owner), id })
      return row && answer(owner, row)
    },

    /** The current versions of all documents, those that were created last first. */
    list: (owner: Owner, page: Page): Listed<Answer>[] =>
      list.all({ ...of(owner), ...page }).map(row => ({ seq: row.seq, value: answer(owner, row) })),

    getVersion(owner: Owner, id: string, version: number): Answer | undefined {
      const row = getVersion.get({ ...of(owner), id, version })
      return row && answer(owner, row)
    },

    /** All versions of a document, the newest first, each listed under its own number. */
    listVersions: (owner: Owner, id: string, page: Page): Listed<Answer>[] =>
      listVersions
        .all({ ...of(owner), id, ...page })
        .map(row => ({ seq: row.version, value: answer(owner, row) })),

    /** Creates a document with version 1. */
    create(
      owner: Owner,
      document: { id: string; arn: string; body: Body; tags: Tags },
      now: string,
    ): VersionRef {
      const { id, arn, body } = document
      tags.put(arn, document.tags)
      return addVersion(insert.get({ ...of(owner), id, arn, now })!, body, now)
    },

    /** Writes the next version of a document that is there, which becomes the current one. */
    update(owner: Owner, id: string, body: Body, now: string): VersionRef {
      const { seq } = get.get({ ...of(owner), id })!
      return addVersion(renew.get(seq)!, body, now)
    },

    /** Deletes a document that is there, with its versions and its tags. */
    delete(owner: Owner, id: string): void {
      const { seq, arn } = get.get({ ...of(owner), id })!
      markDeleted.run(seq)
      tags.deleteUnder(arn)
    },
  }
}
