import type { ImportJobRequest, ImportJobResponse } from '../../server/model/import-job.ts'
import { roleArn, sharedTestApp } from './helpers.ts'

const start = Date.parse('2026-01-02T03:04:05.678Z')

/** An application without a worker, and a way to make segments and their versions in a moment. */
export async function withSegments() {
  const { call, store, createApp } = sharedTestApp()
  const app: string = (await createApp()).Id
  let made = 0

  /**
   * Makes a segment, or the next version of the one that it names, as a job does at its end; gives its id.
   */
  async function defineSegment(request: Partial<ImportJobRequest> = {}): Promise<string> {
    const { Id }: ImportJobResponse = (
      await call('POST', `/v1/apps/${app}/jobs/import`, {
        Format: 'CSV',
        S3Url: `s3://bucket/${++made}.csv`,
        RoleArn: roleArn,
        DefineSegment: true,
        ...request,
      })
    ).body
    const job = store.importProgress.unfinished(0).find(job => job.id === Id)!
    const segmentId = job.segmentId!
    const now = new Date(start + 1000 * made).toISOString()
    await store.write(() => store.segments.defineFromImport({ ...job, segmentId }, now))
    return segmentId
  }
  return {
    call,
    createApp,
    app,
    defineSegment,
    url: (segmentId: string) => `/v1/apps/${app}/segments/${segmentId}`,
  }
}
