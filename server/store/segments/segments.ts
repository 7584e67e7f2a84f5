import type { Database } from 'better-sqlite3'
import type { Listed, Page } from '../../model/page.ts'
import type { SegmentImportResource, SegmentResponse, WriteSegmentRequest } from '../../model/segment.ts'
import type { AppRef } from '../applications/applications.ts'
import type { createTags } from '../applications/tags.ts'
import type { ImportJob } from '../jobs/import-progress.ts'

interface SegmentRow {
  seq: number
  id: string
  arn: string
  segment_type: 'DIMENSIONAL' | 'IMPORT'
  creation_date: string
  version: number
  name: string | null
  last_modified_date: string
  import_definition: string | null
  import_job: number | null
  dimensions: string | null
  segment_groups: string | null
}

/** What a version says by itself, as it is stored. */
type NewVersion = Pick<
  SegmentRow,
  'name' | 'import_definition' | 'import_job' | 'dimensions' | 'segment_groups'
>

/**
 * The segments of all applications, each with its versions. A deleted one is gone for every method here;
 * `store/purge.ts` removes its rows.
 */
export function createSegments(db: Database, tags: ReturnType<typeof createTags>) {
  const versions = `SELECT s.seq, s.id, s.arn, s.segment_type, s.creation_date,
      v.version, v.name, v.last_modified_date, v.import_definition, v.import_job, v.dimensions, v.segment_groups
    FROM segments s JOIN segment_versions v ON v.segment = s.seq WHERE s.app = +? AND s.id IS NOT NULL`
  const current = `${versions} AND v.version = s.version`
  const get = db.prepare<[number, string], SegmentRow>(`${current} AND s.id = ?`)
  const list = db.prepare<[number, number, number], SegmentRow>(
    `${current} AND s.seq < +? ORDER BY s.seq DESC LIMIT +?`,
  )
  const getVersion = db.prepare<[number, string, number], SegmentRow>(
    `${versions} AND s.id = ? AND v.version = ?`,
  )
  const listVersions = db.prepare<[number, string, number, number], SegmentRow>(
    `${versions} AND s.id = +? AND v.version < +? ORDER BY v.version DESC LIMIT +?`,
  )
  const imported = db.prepare<[number], { size: number; channel_counts: string }>(
    'SELECT total_processed - total_failures AS size, channel_counts FROM import_jobs WHERE seq = ?',
  )
  const insert = db.prepare<unknown[], { seq: number; arn: string }>(
    `INSERT INTO segments (app, id, arn, segment_type, creation_date, version)
     SELECT seq, :id, arn || '/segments/' || :id, :type, :now, 0 FROM apps WHERE seq = :app
     RETURNING seq, arn`,
  )
  const renew = db.prepare('UPDATE segments SET version = version + 1 WHERE seq = ?')
  const insertVersion = db.prepare(
    `INSERT INTO segment_versions (segment, version, name, last_modified_date, import_definition, import_job,
       dimensions, segment_groups)
     SELECT seq, version, :name, :now, :import_definition, :import_job, :dimensions, :segment_groups
     FROM segments WHERE seq = :seq`,
  )
  const markDeleted = db.prepare('UPDATE segments SET id = NULL WHERE seq = ?')

  const addVersion = (seq: number, version: NewVersion, now: string): void => {
    renew.run(seq)
    insertVersion.run({ ...version, now, seq })
  }

  const toResponse = (app: AppRef, row: SegmentRow): SegmentResponse => ({
    ApplicationId: app.id,
    Arn: row.arn,
    CreationDate: row.creation_date,
    ...(row.dimensions !== null && { Dimensions: JSON.parse(row.dimensions) }),
    Id: row.id,
    ...(row.import_definition !== null && { ImportDefinition: JSON.parse(row.import_definition) }),
    LastModifiedDate: row.last_modified_date,
    ...(row.name !== null && { Name: row.name }),
    ...(row.segment_groups !== null && { SegmentGroups: JSON.parse(row.segment_groups) }),
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

    /** Makes version 1 of a segment by its definition. */
    create(app: AppRef, segment: WriteSegmentRequest & { Id: string }, now: string): void {
      const { seq, arn } = insert.get({ app: app.seq, id: segment.Id, type: 'DIMENSIONAL', now })!
      const name = segment.Name ?? null
      addVersion(seq, { name, import_definition: null, import_job: null, ...toColumns(segment) }, now)
      tags.put(arn, segment.tags ?? {})
    },

    /**
     * Makes the next version of a segment that is there. Its definition is the new one, also where that is empty; a
     * name that is not given stays, and so does an import.
     */
    update(app: AppRef, segmentId: string, change: WriteSegmentRequest, now: string): void {
      const current = get.get(app.seq, segmentId)!
      addVersion(current.seq, { ...current, name: change.Name ?? current.name, ...toColumns(change) }, now)
    },

    /** Deletes a segment that is there, with all its versions. */
    delete(app: AppRef, segmentId: string): void {
      const { seq, arn } = get.get(app.seq, segmentId)!
      markDeleted.run(seq)
      tags.deleteUnder(arn)
    },

    /**
     * Makes the segment of a job that has read everything: version 1 of a new one, or the next version of the one
     * that the job renews, whose members are then the job's (assumed). A renewed segment keeps its name unless the
     * job gives another.
     */
    defineFromImport(job: ImportJob & { segmentId: string }, now: string): void {
      const { Format, RoleArn, S3Url, SegmentName, ExternalId = '' } = job.definition
      const { size, channel_counts } = imported.get(job.seq)!
      const definition: SegmentImportResource = {
        ChannelCounts: JSON.parse(channel_counts),
        ExternalId,
        Format,
        RoleArn,
        S3Url,
        Size: size,
      }
      const current = get.get(job.app.seq, job.segmentId)
      const { seq } = current ?? insert.get({ app: job.app.seq, id: job.segmentId, type: 'IMPORT', now })!
      const version = {
        name: SegmentName ?? current?.name ?? null,
        import_definition: JSON.stringify(definition),
        import_job: job.seq,
        ...toColumns({}),
      }
      addVersion(seq, version, now)
    },
  }
}

const toColumns = ({ Dimensions, SegmentGroups }: WriteSegmentRequest) => ({
  dimensions: Dimensions === undefined ? null : JSON.stringify(Dimensions),
  segment_groups: SegmentGroups === undefined ? null : JSON.stringify(SegmentGroups),
})
