import { join } from 'node:path'
import { GetSegmentCommand, type ImportJobResponse, type PinpointClient } from '@aws-sdk/client-pinpoint'
import Database from 'better-sqlite3'
import type { Test } from 'tap'
import { waitForJob } from './helpers.ts'

/** What callers see of jobs and their segments, without the dates. */
export async function seenBy(client: PinpointClient, jobs: ImportJobResponse[]) {
  const seen: unknown[] = []
  for (const job of jobs) {
    const { CompletionDate: _, ...rest } = await waitForJob(client, job, () => true)
    seen.push(rest)
    const { SegmentId } = job.Definition!
    if (SegmentId === undefined || rest.JobStatus !== 'COMPLETED') continue
    const { SegmentResponse } = await client.send(
      new GetSegmentCommand({ ApplicationId: job.ApplicationId, SegmentId }),
    )
    const { CreationDate: __, LastModifiedDate: ___, ...segment } = SegmentResponse!
    seen.push(segment)
  }
  return seen
}

/** Row numbers, dates, whether a job had to wait and who let it go on, which two runs need not have in common; members stand there as JSON. */
const unlike = new Set([
  'seq',
  'creation_date',
  'effective_date',
  'completion_date',
  'history',
  'held_in',
  'may_leave',
  'last_modified_date',
  'CreationDate',
  'EffectiveDate',
])

/** Every row of every table but of `job_control`, without what two runs need not have in common. */
export function heldBy(dataDir: string): Record<string, string[]> {
  const db = new Database(join(dataDir, 'pinpoint.db'), { readonly: true })
  const names = db
    .prepare<[], string>(
      `SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'job_control' ORDER BY name`,
    )
    .pluck()
    .all()
  const alike = (name: string, value: unknown) => {
    if (unlike.has(name)) return undefined
    return name === 'definition' && typeof value === 'string' ? JSON.parse(value, alike) : value
  }
  const held = names.map(name => {
    // What a COMPLETED job had kept is cleared away in the worker's own time.
    const where =
      name === 'endpoints_before_import'
        ? `WHERE job NOT IN (SELECT seq FROM import_jobs WHERE status = 'COMPLETED')`
        : ''
    const rows = db.prepare<[], Record<string, unknown>>(`SELECT * FROM ${name} ${where}`).all()
    return [name, rows.map(row => JSON.stringify(row, alike)).sort()]
  })
  db.close()
  return Object.fromEntries(held)
}

/** Expects the same rows, and says only which are not, as there are thousands. */
export function sameRows(t: Test, found: Record<string, string[]>, wanted: Record<string, string[]>): void {
  t.strictSame(Object.keys(found), Object.keys(wanted))
  for (const [table, rows] of Object.entries(wanted)) {
    const all = new Set(rows)
    const there = new Set(found[table])
    t.equal(found[table]?.length, rows.length, `as many rows in ${table}`)
    t.strictSame([...all].filter(row => !there.has(row)).slice(0, 5), [], `no row of ${table} is missing`)
    t.strictSame(
      [...there].filter(row => !all.has(row)).slice(0, 5),
      [],
      `no row of ${table} is one too many`,
    )
  }
}
