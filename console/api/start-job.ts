import { to } from '../router.ts'
import { call } from './calls.ts'
import type { ExportJob, ExportJobRequest, ImportJob, ImportJobDefinition } from './types.ts'

/** Jobs that this tab has started and of which nothing was announced yet. */
export const unheardJobs = new Set<string>()

/** @throws CallError */
export const createImport = (app: string, definition: ImportJobDefinition): Promise<ImportJob> =>
  create<ImportJob>(to`v1/apps/${app}/jobs/import`, definition)

/** @throws CallError */
export const createExport = (app: string, definition: ExportJobRequest): Promise<ExportJob> =>
  create<ExportJob>(to`v1/apps/${app}/jobs/export`, definition)

async function create<Job extends { Id: string }>(address: string, body: object): Promise<Job> {
  const job = await call<Job>('POST', address, { body })
  unheardJobs.add(job.Id)
  return job
}
