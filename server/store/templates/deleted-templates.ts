import type { Database } from 'better-sqlite3'
import type { TemplateBody, TemplateKey } from '../../model/template.ts'

/** What is kept of a deleted version of a template. */
export interface DeletedTemplate {
  version: number
  body: TemplateBody
}

/**
 * SQL that is true if a campaign or journey names a template. A name that stands elsewhere in their
 * JSON counts, too: the template is then kept longer than need be, no more.
 */
const isNamed = (name: string): string => `EXISTS (
  SELECT 1 FROM documents d JOIN document_versions v ON v.document = d.seq
  WHERE d.kind IN ('campaign', 'journey') AND d.id IS NOT NULL AND instr(v.body, '"' || ${name} || '"') > 0)`

/**
 * Versions of message templates that were deleted. Scheduled messages are sent all the same (source:
 * guide), so these are kept while a campaign or journey names the template.
 */
export function createDeletedTemplates(db: Database) {
  const keep = db.prepare(
    `INSERT OR REPLACE INTO deleted_templates (type, name, version, is_active, is_latest, body)
     SELECT :type, :name, v.version, :version IS NULL AND v.version = d.version,
       :version IS NULL AND v.version = (SELECT max(version) FROM document_versions WHERE document = d.seq), v.body
     FROM documents d JOIN document_versions v ON v.document = d.seq
     WHERE d.app IS NULL AND d.kind = 'template' AND d.id = :id AND v.version = ifnull(:version, v.version)
       AND ${isNamed(':name')}`,
  )
  const forgetMarks = db.prepare(
    'UPDATE deleted_templates SET is_active = 0, is_latest = 0 WHERE type = :type AND name = :name',
  )
  const get = db.prepare<unknown[], { version: number; body: string }>(
    `SELECT version, body FROM deleted_templates
     WHERE type = :type AND name = :name
       AND CASE :version WHEN '' THEN is_active WHEN 'latest' THEN is_latest ELSE version = :version END`,
  )
  const nextAfter = db.prepare<unknown[], TemplateKey>(
    `SELECT type, name FROM deleted_templates WHERE (type, name) > (:type, :name)
     ORDER BY type, name LIMIT 1`,
  )
  const removeUnused = db.prepare(
    `DELETE FROM deleted_templates WHERE type = :type AND name = :name AND NOT ${isNamed(':name')} LIMIT +:limit`,
  )

  return {
    /**
     * Keeps what is about to be deleted, if something may send it.
     *
     * @param id of the template's document
     * @param version its number; undefined if the whole template is to be deleted
     */
    keep({ type, name }: TemplateKey, id: string, version?: number): void {
      if (version === undefined) forgetMarks.run({ type, name })
      keep.run({ type, name, id, version: version ?? null })
    },

    /**
     * A version that was deleted.
     *
     * @param version its number, or `latest`; without one, the active version. Both are those of the last
     *   time that the whole template was deleted
     */
    get({ type, name }: TemplateKey, version = ''): DeletedTemplate | undefined {
      const row = get.get({ type, name, version })
      return row && { version: row.version, body: JSON.parse(row.body) }
    },

    /**
     * Removes versions of one template, if no campaign and no journey can send it: it searches all of
     * them once.
     *
     * @param after the last template that was checked; undefined for none
     * @param limit how many versions it removes at most
     * @returns the last template that is checked now; `done` if all are
     */
    removeUnused(after: TemplateKey | undefined, limit: number): TemplateKey | undefined | 'done' {
      const key = nextAfter.get(after ?? { type: '', name: '' })
      if (key === undefined) return 'done'
      return removeUnused.run({ ...key, limit }).changes < limit ? key : after
    },
  }
}

export type DeletedTemplates = ReturnType<typeof createDeletedTemplates>
