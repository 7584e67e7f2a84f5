import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The emulator as `npm run build` made it from some commit. */
export interface Build {
  name: 'now' | 'before'
  /** The path of its main.js. */
  main: string
}

/** What a run of the bench measures, and where it puts its files. */
export interface Bench {
  /** The build of this work tree and, where the run compares two, the other. */
  builds: Build[]
  /** Of the data set. */
  rows: number
  /** How often what takes long is measured. */
  rounds: number
  /** Whether ten times the rows are imported as well. */
  tenTimes: boolean
  /** A temporary folder, removed when the process exits. */
  folder: string
  /** The folder whose sub-folders are the emulators' buckets. */
  buckets: string
  /** The one bucket, named `bench`. */
  bucket: string
}

/** @param against the dist folder of another build, to be measured in turns with the one of this work tree */
export function createBench({
  against,
  ...options
}: Pick<Bench, 'rows' | 'rounds' | 'tenTimes'> & { against: string | undefined }): Bench {
  const folder = mkdtempSync(join(tmpdir(), 'pinpoint-bench-'))
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))
  const buckets = join(folder, 's3')
  const bucket = join(buckets, 'bench')
  mkdirSync(bucket, { recursive: true })
  const builds: Build[] = [
    { name: 'now', main: fileURLToPath(new URL('../../dist/main.js', import.meta.url)) },
  ]
  if (against !== undefined) builds.push({ name: 'before', main: join(against, 'main.js') })
  return { ...options, builds, folder, buckets, bucket }
}
