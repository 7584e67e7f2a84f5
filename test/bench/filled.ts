import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { setTimeout } from 'node:timers/promises'
import {
  type Bench,
  createJob,
  finish,
  makeDataDir,
  ms,
  quantile,
  report,
  startBare,
  startEmulator,
  timeOf,
} from './bench.ts'
import { dataSet } from './data-set.ts'
import type { Server } from './processes.ts'

/** An emulator with one application that holds the data set. */
export interface Filled {
  bench: Bench
  server: Server
  /** The server's. */
  dataDir: string
  endpoints: number
  /** The path of the application. */
  app: string
  /** The segment that the import made: all of the data set is in it. */
  segmentId: string
  importMs: number
}

/**
 * Imports the data set, while somebody calls UpdateEndpoint again and again: how long a caller waits for an import. The
 * yardstick is called in turns, as the import takes the machine's time from it as well.
 */
export async function fill(bench: Bench): Promise<Filled> {
  await pipeline(dataSet(bench.endpoints), createWriteStream(join(bench.bucket, 'data-set.csv')))
  const dataDir = makeDataDir(bench)
  const [server, bare] = [await startEmulator(bench, { dataDir }), await startBare({ Message: 'Accepted' })]
  const begun = performance.now()
  const { app, job } = await createJob(server, 'data-set.csv')
  const ours: number[] = []
  const theirs: number[] = []
  const body = { ChannelType: 'EMAIL', Address: 'somebody@example.com', Attributes: { Plan: ['free'] } }
  const update = async () => {
    for (let number = 0; number < 50; number++) {
      ours.push(await timeOf('PUT', `${app}/endpoints/caller-${number}`, body))
      theirs.push(await timeOf('PUT', `${bare.url}/endpoints/caller-${number}`, body))
      await setTimeout(5)
    }
  }
  const { ms: importMs, Definition } = await finish(job, begun, update)
  await bare.stop()
  for (const [what, part] of [
    ['median', 0.5],
    ['p99', 0.99],
  ] as const) {
    report(`UpdateEndpoint during an import, ${what}`, quantile(ours, part), quantile(theirs, part), {
      of: 'bare Fastify meanwhile',
    })
  }
  console.log(
    `the longest of ${ours.length}: ${ms(Math.max(...ours))}; the import meanwhile: ${ms(importMs)}`,
  )
  const path = app.slice(server.url.length)
  const { SegmentId: segmentId } = Definition
  return { bench, server, dataDir, endpoints: bench.endpoints, app: path, segmentId, importMs }
}
