import { readFileSync } from 'node:fs'
import type { Test } from 'tap'
import { databaseFile, openStore } from '../../server/store/open-store.ts'
import { makeFolder } from './buckets.ts'

/** The snapshot of a state of about so many megabytes: ten tags for each, and nothing else. */
export async function largeSnapshot(t: Test, megabytes: number): Promise<Buffer> {
  const folder = makeFolder(t)
  const store = openStore(folder)
  await store.write(() => {
    for (let n = 0; n < 10 * megabytes; n++) store.tags.put(`arn:${n}`, { key: 'v'.repeat(100_000) })
  })
  store.close()
  return readFileSync(databaseFile(folder))
}
