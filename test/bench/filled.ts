import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Bench, Build } from './bench.ts'
import { createApp, createImportJob, waitForJob } from './client.ts'
import { makeFolder, type Server, startEmulator } from './servers.ts'
import { writeCsv } from './write-files.ts'

/** An emulator that holds the data set, of a build. */
export interface Filled {
  build: Build
  server: Server
  dataDir: string
  /** The path of its one application. */
  app: string
  /** The path of the import job that brought the data set. */
  job: string
  /** The segment that the import made: the whole data set is in it. */
  segmentId: string
}

/** Imports the data set into a new emulator of each build. */
export async function fill(bench: Bench): Promise<Filled[]> {
  const file = join(bench.bucket, 'data.csv')
  if (!existsSync(file)) await writeCsv(file, bench.rows)
  const filled: Filled[] = []
  for (const build of bench.builds) {
    const dataDir = makeFolder(bench, 'data')
    const server = await startEmulator(bench, build, dataDir)
    const app = await createApp(server)
    const job = await createImportJob(server, app, 'data.csv')
    const { answer } = await waitForJob(server, job, Date.now())
    filled.push({ build, server, dataDir, app, job, segmentId: answer.Definition.SegmentId })
  }
  return filled
}
