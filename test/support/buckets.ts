import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import type { Test } from 'tap'

/** Buckets that a test fills and an emulator reads. */
export interface Buckets {
  /** What an emulator must be started with to read them. */
  env: Record<string, string>
  /** Writes an object, and makes its bucket where that is missing. */
  put(bucket: string, key: string, content: string | Buffer): Promise<void>
  remove(bucket: string, key: string): Promise<void>
  /** All objects of a bucket by key, in the order of their keys; in a folder, all files. */
  read(bucket: string): Promise<Record<string, Buffer>>
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
    async read(bucket) {
      const root = join(folder, bucket)
      const files = readdirSync(root, { recursive: true, withFileTypes: true })
        .filter(entry => entry.isFile())
        .map(entry => relative(root, join(entry.parentPath, entry.name)))
      return Object.fromEntries(files.sort().map(key => [key, readFileSync(join(root, key))]))
    },
  }
}
