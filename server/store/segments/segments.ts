import type { Database } from 'better-sqlite3'
import type { ImportJobResource } from '../../model/import-job.ts'
import type { SegmentImportResource, SegmentResponse, WriteSegmentRequest } from '../../model/segment.ts'
import type { AppRef } from '../applications/applications.ts'
import type { Documents, DocumentVersion, VersionRef } from '../documents/documents.ts'

/**
 * What a version of a segment says. An imported one has an ImportDefinition, a dimensional one at
 * most one of Dimensions and SegmentGroups, as it was sent.
 */
export type SegmentBody = Pick<SegmentResponse, 'Name' | 'Dimensions' | 'SegmentGroups' | 'ImportDefinition'>

/** An import job that makes a segment, or renews it. */
export interface DefiningJob {
  seq: number
  app: AppRef
  definition: ImportJobResource
  segmentId: string
}

/**
 * The segments of all applications: versioned documents, and the import jobs that made the versions
 * of imported ones, which have their members.
 */
export function createSegments(db: Database, documentsOf: Documents) {
  const documents = documentsOf<SegmentBody, SegmentResponse>('segment', toResponse)
  const imported = db.prepare<[number], { size: number; channel_counts: string }>(
    'SELECT total_processed - total_failures AS size, channel_counts FROM import_jobs WHERE seq = ?',
  )
  const insertImport = db.prepare(
    'INSERT INTO segment_imports (document, version, job) VALUES (:document, :version, :job)',
  )
  const keepImport = db.prepare<[VersionRef]>(
    `INSERT INTO segment_imports (document, version, job)
     SELECT document, :version, job FROM segment_imports WHERE document = :document AND version = :version - 1`,
  )

  return {
    ...documents,

    /** Creates a dimensional segment. */
    create(app: AppRef, segment: WriteSegmentRequest & { Id: string }, now: string): void {
      const { Id: id, Name, Dimensions, SegmentGroups, tags = {} } = segment
      const body = { Name, Dimensions, SegmentGroups }
      documents.create(app, { id, body, tags }, now)
    },

    /**
     * Writes the next version of a segment that is there. Its definition is the new one, also where
     * that is empty; a name that is not given stays, and so does an import.
     */
    update(app: AppRef, segmentId: string, change: WriteSegmentRequest, now: string): void {
      const { Name, ImportDefinition } = documents.get(app, segmentId)!
      const { Dimensions, SegmentGroups } = change
      const body = { Name: change.Name ?? Name, Dimensions, SegmentGroups, ImportDefinition }
      keepImport.run(documents.update(app, segmentId, body, now))
    },

    /**
     * Makes the segment of a job that has read everything: version 1 of a new one, or the next
     * version of the one that the job renews, whose members are then the job's (assumed). A renewed
     * segment keeps its name unless the job gives another.
     */
    defineFromImport(job: DefiningJob, now: string): void {
      const { app, segmentId } = job
      const { Format, RoleArn, S3Url, SegmentName, ExternalId = '' } = job.definition
      const { size, channel_counts } = imported.get(job.seq)!
      const ImportDefinition: SegmentImportResource = {
        ChannelCounts: JSON.parse(channel_counts),
        ExternalId,
        Format,
        RoleArn,
        S3Url,
        Size: size,
      }
      const current = documents.get(app, segmentId)
      const body = { Name: SegmentName ?? current?.Name, ImportDefinition }
      const version =
        current === undefined
          ? documents.create(app, { id: segmentId, body, tags: {} }, now)
          : documents.update(app, segmentId, body, now)
      insertImport.run({ ...version, job: job.seq })
    },
  }
}

function toResponse(app: AppRef, document: DocumentVersion<SegmentBody>): SegmentResponse {
  const { id, arn, creationDate, version, lastModifiedDate, body, tags } = document
  return {
    ...body,
    ApplicationId: app.id,
    Arn: arn,
    CreationDate: creationDate,
    Id: id,
    LastModifiedDate: lastModifiedDate,
    SegmentType: body.ImportDefinition === undefined ? 'DIMENSIONAL' : 'IMPORT',
    tags,
    Version: version,
  }
}
