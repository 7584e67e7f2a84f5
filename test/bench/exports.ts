import { createReadStream, createWriteStream } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import type { Bench } from './bench.ts'
import { call, waitForJob } from './client.ts'
import type { Filled } from './filled.ts'
import { startEmulator } from './servers.ts'
import { beginTable, mebibytes, seconds } from './table.ts'

/**
 * Exports of the whole application and of part of it, by emulators that have done nothing else: they are
 * started anew.
 */
export async function benchExports(bench: Bench, filled: Filled[]): Promise<void> {
  const addRow = beginTable(bench, 'Exports')
  for (const ofBuild of filled) {
    await ofBuild.server.stop()
    ofBuild.server = await startEmulator(bench, ofBuild.build, ofBuild.dataDir)
  }
  const exports: [what: string, segmentOf: (ofBuild: Filled) => Promise<object>][] = [
    ['the whole application', async () => ({})],
    ["the import's segment", async ({ segmentId }) => ({ SegmentId: segmentId })],
    ['a segment of 45%', async ofBuild => ({ SegmentId: await createSegment(ofBuild) })],
  ]
  for (const [what, segmentOf] of exports) {
    const measured = []
    for (const ofBuild of filled) measured.push(await timeExport(bench, ofBuild, await segmentOf(ofBuild)))
    const lines = measured[0]!.lines.toLocaleString('en')
    addRow({ what: `${what}, ${lines} lines`, measured, of: 'gzip of the same lines', unit: seconds })
  }
  addRow({
    what: 'peak memory of an emulator that has exported',
    measured: filled.map(({ server }) => ({ figure: server.peakMemory() })),
    unit: mebibytes,
    goal: { of: 'figure', atMost: 200 },
  })
}

async function createSegment({ server, app }: Filled): Promise<string> {
  const Dimensions = { Attributes: { Source: { AttributeType: 'INCLUSIVE', Values: ['web'] } } }
  return (await call('POST', `${server.url}${app}/segments`, { Name: 'web', Dimensions })).Id
}

/** Seconds of an export job, and of gzip alone that compresses the same lines. */
async function timeExport({ bucket }: Bench, { server, app }: Filled, segment: object) {
  const begun = Date.now()
  const { Id } = await call('POST', `${server.url}${app}/jobs/export`, {
    S3UrlPrefix: 's3://bench/out',
    RoleArn: 'arn:aws:iam::123456789012:role/bench',
    ...segment,
  })
  const { seconds: figure, answer } = await waitForJob(server, `${app}/jobs/export/${Id}`, begun)
  const written = join(bucket, 'out')
  const yardstick = await timeGzip(written)
  await rm(written, { recursive: true })
  return { figure, yardstick, lines: answer.TotalProcessed as number }
}

/** Seconds that it takes to compress what an export has written, the faster of two times. */
async function timeGzip(written: string): Promise<number> {
  const plain = join(written, 'plain')
  for (const name of await readdir(written)) {
    await pipeline(
      createReadStream(join(written, name)),
      createGunzip(),
      createWriteStream(plain, { flags: 'a' }),
    )
  }
  const times: number[] = []
  for (let round = 0; round < 2; round++) {
    const begun = performance.now()
    const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
    await pipeline(createReadStream(plain), createGzip(), nowhere)
    times.push((performance.now() - begun) / 1000)
  }
  return Math.min(...times)
}
