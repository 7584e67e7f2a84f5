import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Test } from 'tap'

/** Buckets that a test fills and an emulator reads. */
export interface Buckets {
  /** What an emulator must be started with to read them. */
  env: Record<string, string>
  /** Writes an object, and makes its bucket where that is missing. */
  put(bucket: string, key: string, content: string | Buffer): Promise<void>
  remove(bucket: string, key: string): Promise<void>
}

/** Several objects at once, by key. */
export async function putAll(buckets: Buckets, bucket: string, objects: Record<string, string | Buffer>) {
  for (const [key, content] of Object.entries(objects)) await buckets.put(bucket, key, content)
}

/** A folder of the test's own that may stand beside `t.testdir()`. */
export function makeFolder(t: Test): string {
  const folder = mkdtempSync(join(tmpdir(), 'pinpoint-test-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Buckets that are folders. */
export function makeBuckets(t: Test): Buckets & { folder: string } {
  const folder = makeFolder(t)
  return {
    folder,
    env: { S3_DIR: folder },
    async put(bucket, key, content) {
      const file = join(folder, bucket, key)
      if (key.endsWith('/')) return void mkdirSync(file, { recursive: true })
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, content)
    },
    async remove(bucket, key) {
      rmSync(join(folder, bucket, key))
    },
  }
}
