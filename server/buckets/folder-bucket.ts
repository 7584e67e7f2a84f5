import { createReadStream, type Stats } from 'node:fs'
import { readdir, realpath, stat } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { type Bucket, type BucketObject, changedSinceListed, UnreadableError } from './bucket.ts'

/**
 * A folder that serves as a bucket: each file in it, at any depth, is an object. Links are followed as long as
 * they stay inside the folder; what points out of it does not exist.
 */
export function openFolder(folder: string): Bucket {
  return {
    async *list(prefix, signal) {
      try {
        const root = await realpath(folder)
        yield* filesUnder(root, '', prefix, [], signal)
      } catch (error) {
        signal.throwIfAborted()
        if (error instanceof UnreadableError) throw error
        throw new UnreadableError(`the folder cannot be read: ${(error as Error).message}`)
      }
    },

    async *open(object, from, signal) {
      const file = join(folder, object.key)
      const root = await realpath(folder).catch(() => undefined)
      const found = root === undefined ? undefined : await inside(root, file)
      if (found === undefined || !found.isFile())
        throw new UnreadableError('the object does not exist any more')
      if (etagOf(found) !== object.etag) throw new UnreadableError(changedSinceListed)
      let received = from
      try {
        for await (const chunk of createReadStream(file, { start: from, signal }) as AsyncIterable<Buffer>) {
          received += chunk.length
          yield chunk
        }
      } catch (error) {
        signal.throwIfAborted()
        throw new UnreadableError(`the file cannot be read: ${(error as Error).message}`)
      }
      if (received !== object.size) throw new UnreadableError(changedSinceListed)
    },
  }
}

/**
 * Walks a folder in S3's order of keys, which compares a folder's name with its slash: `a.csv` comes before `a/b.csv`.
 *
 * @param above the real paths of the folders that lead here, so that a link to one of them does not lead round for ever
 */
async function* filesUnder(
  root: string,
  below: string,
  prefix: string,
  above: string[],
  signal: AbortSignal,
): AsyncGenerator<BucketObject> {
  signal.throwIfAborted()
  const folder = await realpath(join(root, below))
  if (above.includes(folder)) return
  const found: { key: string; entry: Stats; order: Buffer }[] = []
  for (const name of await readdir(folder)) {
    const key = below + name
    if (!key.startsWith(prefix) && !prefix.startsWith(`${key}/`)) continue
    const entry = await inside(root, join(root, key))
    if (entry !== undefined)
      found.push({ key, entry, order: Buffer.from(entry.isDirectory() ? `${key}/` : key) })
  }
  found.sort((a, b) => Buffer.compare(a.order, b.order))
  for (const { key, entry } of found) {
    if (entry.isDirectory()) yield* filesUnder(root, `${key}/`, prefix, [...above, folder], signal)
    else if (entry.isFile() && key.startsWith(prefix)) yield { key, size: entry.size, etag: etagOf(entry) }
  }
}

/** What a path leads to, if that exists and lies inside the root. */
async function inside(root: string, path: string): Promise<Stats | undefined> {
  try {
    const real = await realpath(path)
    return real.startsWith(root + sep) ? await stat(real) : undefined
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP') return undefined
    throw new UnreadableError(`the file cannot be read: ${message}`)
  }
}

const etagOf = (file: Stats) => `${file.size}-${file.mtimeMs}`
