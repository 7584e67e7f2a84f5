import type { Database } from 'better-sqlite3'
import { arnOf, type ResourceKind, readArn } from '../../model/arn.ts'
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
  /** ISO 8601, when this version was created. */
  versionDate: string
  /** ISO 8601, when this version was written last. */
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

/** Where a list in the order of ids begins: after an id, which need not exist. */
export interface IdPage {
  limit: number
  after: string
}

type Row = Omit<DocumentVersion<object>, 'body' | 'tags'> & { seq: number; body: string }

export type Documents = ReturnType<typeof createDocuments>

/**
 * The versioned documents of all kinds: resources that are JSON to the store, each identified by an
 * id, or a name, that is unique among those of its kind in its application or, without one, in the
 * account. A deleted document is gone for every method here at once; `store/purge.ts` removes its
 * rows.
 *
 * @returns a function that makes the repository of one kind. Their statements are shared, since it
 *   takes a millisecond to prepare them
 */
export function createDocuments(db: Database, tags: ReturnType<typeof createTags>) {
  const ofKind = 'd.app IS +:app AND d.kind = +:kind AND d.id IS NOT NULL'
  const versions = (body: string) => `SELECT d.seq, d.id, d.arn, d.creation_date AS creationDate,
      v.version, v.creation_date AS versionDate, v.last_modified_date AS lastModifiedDate, ${body} AS body
    FROM documents d JOIN document_versions v ON v.document = d.seq`
  const current = (body = 'v.body') => `${versions(body)} AND v.version = d.version WHERE ${ofKind}`
  const ofDocument = (body = 'v.body') =>
    `${versions(body)} WHERE v.document = (SELECT seq FROM documents d WHERE ${ofKind} AND d.id = +:id)`

  const find = db
    .prepare<unknown[], number>(`SELECT d.seq FROM documents d WHERE ${ofKind} AND d.id = +:id`)
    .pluck()
  const get = db.prepare<unknown[], Row>(`${current()} AND d.id = +:id`)
  const getVersion = db.prepare<unknown[], Row>(`${ofDocument()} AND v.version = +:version`)
  const highestVersion = db
    .prepare<unknown[], number | null>(
      'SELECT max(version) FROM document_versions WHERE document = +:document AND version <> +:except',
    )
    .pluck()
  const count = db.prepare<unknown[], number>(`SELECT count(*) FROM documents d WHERE ${ofKind}`).pluck()
  const countVersions = db
    .prepare<[number], number>('SELECT count(*) FROM document_versions WHERE document = ?')
    .pluck()
  const insert = db.prepare<unknown[], VersionRef>(
    `INSERT INTO documents (app, kind, id, arn, creation_date, version, last_version)
     VALUES (:app, :kind, :id, :arn, :now, 1, 1) RETURNING seq AS document, version`,
  )
  const nextVersion = db.prepare<[number], VersionRef>(
    `UPDATE documents SET last_version = last_version + 1 WHERE seq = ?
     RETURNING seq AS document, last_version AS version`,
  )
  const insertVersion = db.prepare(
    `INSERT INTO document_versions (document, version, creation_date, last_modified_date, body)
     VALUES (:document, :version, :now, :now, :body)`,
  )
  const replaceVersion = db.prepare(
    `UPDATE document_versions SET last_modified_date = :now, body = :body
     WHERE document = :document AND version = :version`,
  )
  const removeVersion = db.prepare(
    'DELETE FROM document_versions WHERE document = :document AND version = :version',
  )
  const makeCurrent = db.prepare('UPDATE documents SET version = :version WHERE seq = :document')
  const appArn = db.prepare<[number], string>('SELECT arn FROM apps WHERE seq = ?').pluck()
  const markDeleted = db
    .prepare<[number], string>('UPDATE documents SET id = NULL WHERE seq = ? RETURNING arn')
    .pluck()

  /** @param members of the bodies that the lists give; all, unless they are named */
  const prepareLists = (members?: readonly string[]) => {
    const body =
      members && `json_patch('{}', json_object(${members.map(name => `'${name}', v.body -> '$.${name}'`)}))`
    return {
      list: db.prepare<unknown[], Row>(
        `${current(body)} AND d.seq < +:before ORDER BY d.seq DESC LIMIT +:limit`,
      ),
      listById: db.prepare<unknown[], Row>(
        `${current(body)} AND d.id > +:after AND d.id GLOB +:glob ORDER BY d.id LIMIT +:limit`,
      ),
      listVersions: db.prepare<unknown[], Row>(
        `${ofDocument(body)} AND v.version < +:before ORDER BY v.version DESC LIMIT +:limit`,
      ),
    }
  }
  const wholeLists = prepareLists()

  /**
   * The repository of one kind.
   *
   * @param toAnswer makes of a version what the methods answer
   * @param listed the members of a body that lists need, where bodies may be large
   */
  return function documentsOf<Body extends object, Answer, Owner extends AppRef | null = AppRef>(
    kind: ResourceKind,
    toAnswer: (owner: Owner, document: DocumentVersion<Body>) => Answer,
    listed?: readonly (keyof Body & string)[],
  ) {
    const lists = listed === undefined ? wholeLists : prepareLists(listed)
    const of = (owner: Owner) => ({ app: owner?.seq ?? null, kind })

    const answer = (owner: Owner, { seq, body, ...row }: Row): Answer =>
      toAnswer(owner, { ...row, body: JSON.parse(body), tags: tags.get(row.arn) })

    /** The ARN of a document, in the account and region of its application. */
    const arnIn = ({ seq, id: app }: AppRef, id: string): string =>
      arnOf(readArn(appArn.get(seq)!)!, kind, app, id)

    /** The row of a document that exists. */
    const rowOf = (owner: Owner, id: string): number => find.get({ ...of(owner), id })!

    const writeVersion = (version: VersionRef, body: Body, now: string): VersionRef => {
      insertVersion.run({ ...version, now, body: JSON.stringify(body) })
      return version
    }

    /** Writes the next version of a document that exists. Its number is one that no version has had. */
    const addVersion = (owner: Owner, id: string, body: Body, now: string): VersionRef =>
      writeVersion(nextVersion.get(rowOf(owner, id))!, body, now)

    return {
      /** The current version of a document. */
      get(owner: Owner, id: string): Answer | undefined {
        const row = get.get({ ...of(owner), id })
        return row && answer(owner, row)
      },

      /** The current versions of all documents, those that were created last first. */
      list: (owner: Owner, page: Page): Listed<Answer>[] =>
        lists.list.all({ ...of(owner), ...page }).map(row => ({ seq: row.seq, value: answer(owner, row) })),

      /**
       * The current versions of the documents whose ids match, in the order of the ids.
       *
       * @param glob as in SQLite: `*`, `?` and `[…]` stand for something else
       */
      listById: (owner: Owner, glob: string, page: IdPage): Answer[] =>
        lists.listById.all({ ...of(owner), glob, ...page }).map(row => answer(owner, row)),

      getVersion(owner: Owner, id: string, version: number): Answer | undefined {
        const row = getVersion.get({ ...of(owner), id, version })
        return row && answer(owner, row)
      },

      /**
       * The highest number of a version that a document has.
       *
       * @param except a version that does not count
       * @returns undefined where there is none
       */
      highestVersion(owner: Owner, id: string, except = 0): number | undefined {
        const document = find.get({ ...of(owner), id })
        return document === undefined ? undefined : (highestVersion.get({ document, except }) ?? undefined)
      },

      /** How many documents there are. */
      count: (owner: Owner): number => count.get(of(owner))!,

      /** How many versions a document that exists has. */
      countVersions: (owner: Owner, id: string): number => countVersions.get(rowOf(owner, id))!,

      /** All versions of a document, the newest first, each listed under its own number. */
      listVersions: (owner: Owner, id: string, page: Page): Listed<Answer>[] =>
        lists.listVersions
          .all({ ...of(owner), id, ...page })
          .map(row => ({ seq: row.version, value: answer(owner, row) })),

      /**
       * Creates a document with version 1.
       *
       * @param document.arn of one of the account; that of others follows from their application
       */
      create(
        owner: Owner,
        document: { id: string; body: Body; tags: Tags } & (Owner extends null ? { arn: string } : object),
        now: string,
      ): VersionRef {
        const { id, body } = document
        const arn = owner === null ? (document as { arn: string }).arn : arnIn(owner, id)
        tags.put(arn, document.tags)
        return writeVersion(insert.get({ ...of(owner), id, arn, now })!, body, now)
      },

      addVersion,

      /** Writes the next version of a document that exists, which becomes the current one. */
      update(owner: Owner, id: string, body: Body, now: string): VersionRef {
        const version = addVersion(owner, id, body, now)
        makeCurrent.run(version)
        return version
      },

      /** Gives a version that exists another body. */
      replaceVersion(owner: Owner, id: string, version: number, body: Body, now: string): void {
        replaceVersion.run({ document: rowOf(owner, id), version, now, body: JSON.stringify(body) })
      },

      /** Makes a version that exists the current one. */
      makeCurrent(owner: Owner, id: string, version: number): void {
        makeCurrent.run({ document: rowOf(owner, id), version })
      },

      /** Removes a version that exists and is not the current one. */
      deleteVersion(owner: Owner, id: string, version: number): void {
        removeVersion.run({ document: rowOf(owner, id), version })
      },

      /** Deletes a document that exists, with its versions and its tags. */
      delete(owner: Owner, id: string): void {
        tags.deleteUnder(markDeleted.get(rowOf(owner, id))!)
      },
    }
  }
}
