import { createReadStream } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import { call, finish, megabytes, report, startEmulator } from './bench.ts'
import type { Filled } from './filled.ts'

/** Exports of the whole application and of its segment, by an emulator that has done nothing else: it is started anew. */
export async function benchExports(filled: Filled): Promise<void> {
  const { bench, dataDir, app, segmentId, endpoints } = filled
  await filled.server.stop()
  const exporter = await startEmulator(bench, { dataDir })
  filled.server = exporter
  const before = exporter.peakMemory()
  for (const [what, request] of [
    ['the application', {}],
    ['the segment', { SegmentId: segmentId }],
  ] as const) {
    const begun = performance.now()
    const { Id } = await call('POST', `${exporter.url}${app}/jobs/export`, {
      S3UrlPrefix: 's3://bench/out',
      RoleArn: 'arn:aws:iam::123456789012:role/bench',
      ...request,
    })
    const job = await finish(`${exporter.url}${app}/jobs/export/${Id}`, begun)
    if (job.TotalProcessed < endpoints) throw new Error(`${job.TotalProcessed} endpoints were exported`)
    report(`export of ${endpoints}, ${what}`, job.ms, await timeToCompress(join(bench.bucket, 'out'), Id), {
      of: 'gzip of the same lines alone',
    })
  }
  console.log(
    `peak memory of the exports: ${megabytes(exporter.peakMemory())}, before them: ${megabytes(before)}`,
  )
}

/** Milliseconds that it takes to compress what was exported, without what it takes to decompress it before. */
async function timeToCompress(folder: string, job: string): Promise<number> {
  const nowhere = () => new Writable({ write: (_chunk, _encoding, done) => done() })
  let took = 0
  for (const name of (await readdir(folder)).filter(name => name.startsWith(job))) {
    const read = () => createReadStream(join(folder, name))
    let begun = performance.now()
    await pipeline(read(), createGunzip(), nowhere())
    const decompressing = performance.now() - begun
    begun = performance.now()
    await pipeline(read(), createGunzip(), createGzip(), nowhere())
    took += performance.now() - begun - decompressing
  }
  return took
}
