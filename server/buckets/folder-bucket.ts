import { createReadStream, type Dirent, type Stats } from 'node:fs'
import { opendir, realpath, stat } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { type Bucket, type BucketObject, changedSinceListed, UnreadableError } from './bucket.ts'

/**
 * A folder that serves as a bucket: each file in it, at any depth, is an object. Links are followed as long as
 * they stay inside the folder; what points out of it does not exist.
 *
 * @param mostNames names that one of its folders may have under a prefix, as they are sorted in memory, where each takes
 *   some 100 bytes: half a million, but in tests
 */
export function openFolder(folder: string, mostNames = 500_000): Bucket {
  return {
    async *list(prefix, signal) {
      try {
        const root = await realpath(folder)
        yield* filesUnder(root, '', { prefix, mostNames, signal }, [])
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
  search: { prefix: string; mostNames: number; signal: AbortSignal },
  above: string[],
): AsyncGenerator<BucketObject> {
  const { prefix, signal } = search
  signal.throwIfAborted()
  const folder = await realpath(join(root, below))
  if (above.includes(folder)) return
  const isWanted = (name: string) =>
    (below + name).startsWith(prefix) || prefix.startsWith(`${below}${name}/`)
  for (const bytes of await namesIn(folder, isWanted, search)) {
    signal.throwIfAborted()
    const key = below + Buffer.from(bytes, 'latin1').toString()
    const isFolder = key.endsWith('/')
    const entry = await inside(root, join(root, key))
    if (entry?.isDirectory() && isFolder) yield* filesUnder(root, key, search, [...above, folder])
    else if (entry?.isFile() && !isFolder && key.startsWith(prefix))
      yield { key, size: entry.size, etag: etagOf(entry) }
  }
}

/**
 * The names in a folder in S3's order of keys, those of folders with their slash. Nothing else is kept of them, as there
 * may be very many.
 *
 * @returns texts whose characters are the names' UTF-8 bytes: such texts are compared as S3 compares keys
 */
async function namesIn(
  folder: string,
  isWanted: (name: string) => boolean,
  { mostNames, signal }: { mostNames: number; signal: AbortSignal },
): Promise<string[]> {
  const names: string[] = []
  for await (const entry of await opendir(folder, { bufferSize: 1000 })) {
    signal.throwIfAborted()
    if (!isWanted(entry.name)) continue
    if (names.length === mostNames) {
      throw new UnreadableError(
        `the folder ${folder} holds more than ${mostNames} files of the prefix: so many must be in several folders, or in S3`,
      )
    }
    const bytes = Buffer.from(entry.name).toString('latin1')
    names.push((await isFolder(folder, entry)) ? `${bytes}/` : bytes)
  }
  return names.sort()
}

/** Whether an entry is a folder, or a link to one. */
const isFolder = async (folder: string, entry: Dirent): Promise<boolean> =>
  entry.isSymbolicLink()
    ? ((await stat(join(folder, entry.name)).catch(() => undefined))?.isDirectory() ?? false)
    : entry.isDirectory()

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
