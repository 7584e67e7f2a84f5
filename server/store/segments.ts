import type { Database } from 'better-sqlite3'
import type { Listed, Page } from '../shapes/page.ts'
import type { SegmentImportResource, SegmentResponse } from '../shapes/segment.ts'
import type { AppRef } from './apps.ts'
import type { ImportJob } from './import-progress.ts'
import type { createTags } from './tags.ts'

interface SegmentRow {
  seq: number
  id: string
  arn: string
  segment_type: 'DIMENSIONAL' | 'IMPORT'
  creation_date: string
  version: number
  name: string | null
  last_modified_date: string
  import_definition: string
}

/** The segments of all applications, each with its versions. */
export function createSegments(db: Database, tags: ReturnType<typeof createTags>) {
  const versions = `SELECT s.seq, s.id, s.arn, s.segment_type, s.creation_date,
      v.version, v.name, v.last_modified_date, v.import_definition
    FROM segments s JOIN segment_versions v ON v.segment = s.seq WHERE s.app = ?`
  const current = `${versions} AND v.version = s.version`
  const get = db.prepare<[number, string], SegmentRow>(`${current} AND s.id = ?`)
  const list = db.prepare<[number, number, number], SegmentRow>(
    `${current} AND s.seq < ? ORDER BY s.seq DESC LIMIT ?`,
  )
  const getVersion = db.prepare<[number, string, number], SegmentRow>(
    `${versions} AND s.id = ? AND v.version = ?`,
  )
  const listVersions = db.prepare<[number, string, number, number], SegmentRow>(
    `${versions} AND s.id = ? AND v.version < ? ORDER BY v.version DESC LIMIT ?`,
  )
  const imported = db.prepare<[number], { size: number; channel_counts: string; arn: string }>(
    `SELECT j.total_processed - j.total_failures AS size, j.channel_counts, a.arn
     FROM import_jobs j JOIN apps a ON a.seq = j.app WHERE j.seq = ?`,
  )
  const insert = db
    .prepare<unknown[], number>(
      `INSERT INTO segments (app, id, arn, segment_type, creation_date, version) VALUES (?, ?, ?, 'IMPORT', ?, 0)
       RETURNING seq`,
    )
    .pluck()
  const renew = db.prepare('UPDATE segments SET version = version + 1 WHERE seq = ?')
  const insertVersion = db.prepare(
    `INSERT INTO segment_versions (segment, version, name, last_modified_date, import_definition, import_job)
     SELECT seq, version, ?, ?, ?, ? FROM segments WHERE seq = ?`,
  )

  const toResponse = (app: AppRef, row: SegmentRow): SegmentResponse => ({
    ApplicationId: app.id,
    Arn: row.arn,
    CreationDate: row.creation_date,
    Id: row.id,
    ImportDefinition: JSON.parse(row.import_definition) as SegmentImportResource,
    LastModifiedDate: row.last_modified_date,
    ...(row.name !== null && { Name: row.name }),
    SegmentType: row.segment_type,
    tags: tags.get(row.arn),
    Version: row.version,
  })

  return {
    get(app: AppRef, segmentId: string): SegmentResponse | undefined {
      const row = get.get(app.seq, segmentId)
      return row && toResponse(app, row)
    },

    list: (app: AppRef, page: Page): Listed<SegmentResponse>[] =>
      list.all(app.seq, page.before, page.limit).map(row => ({ seq: row.seq, value: toResponse(app, row) })),

    /** A segment as it was in one of its versions; its tags are today's, as a segment has them and not a version. */
    getVersion(app: AppRef, segmentId: string, version: number): SegmentResponse | undefined {
      const row = getVersion.get(app.seq, segmentId, version)
      return row && toResponse(app, row)
    },

    /** A segment's versions, each under its own number. */
    listVersions: (app: AppRef, segmentId: string, page: Page): Listed<SegmentResponse>[] =>
      listVersions
        .all(app.seq, segmentId, page.before, page.limit)
        .map(row => ({ seq: row.version, value: toResponse(app, row) })),

    /**
     * Makes the segment of a job that has read everything: version 1 of a new one, or the next version of the one
     * that the job renews, whose members are then the job's (assumed). A renewed segment keeps its name unless the
     * job gives another.
     */
    defineFromImport(job: ImportJob & { segmentId: string }, now: string): void {
      const { Format, RoleArn, S3Url, SegmentName, ExternalId = '' } = job.definition
      const { size, channel_counts, arn } = imported.get(job.seq)!
      const definition: SegmentImportResource = {
        ChannelCounts: JSON.parse(channel_counts),
        ExternalId,
        Format,
        RoleArn,
        S3Url,
        Size: size,
      }
      const current = get.get(job.app.seq, job.segmentId)
      const seq =
        current?.seq ?? insert.get(job.app.seq, job.segmentId, `${arn}/segments/${job.segmentId}`, now)!
      renew.run(seq)
      insertVersion.run(SegmentName ?? current?.name ?? null, now, JSON.stringify(definition), job.seq, seq)
    },
  }
}
