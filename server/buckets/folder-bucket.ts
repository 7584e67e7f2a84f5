import { createReadStream, type Dirent, type Stats } from 'node:fs'
import { lstat, opendir, realpath, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type Bucket, type BucketObject, changedSinceListed, UnreadableError } from './bucket.ts'
import { isInside, keyProblem, ownFlavour, type PathFlavour } from './key-path.ts'

/**
 * A folder that serves as a bucket: each file in it, at any depth, is an object. Links are followed as long
 * as they stay inside the folder. One that leads out of it, or to nothing, is an object that cannot be read,
 * and so are pipes and names that are no text: S3 has none of them, so whoever put it there takes it for the
 * object, and a job that passed over it would import less than it was asked to.
 *
 * @param options.maxNames names that one of its folders may have under a prefix, as they are sorted in
 *   memory, where each takes some 100 bytes: half a million, but in tests
 * @param options.flavour whose rules file names follow: the system's, but in tests
 */
export function openFolder(
  folder: string,
  { maxNames = 500_000, flavour = ownFlavour }: { maxNames?: number; flavour?: PathFlavour } = {},
): Bucket {
  return {
    async *list(prefix, signal) {
      try {
        const root = await realpath(folder)
        yield* filesUnder(root, '', { prefix, maxNames, flavour, signal }, [])
      } catch (error) {
        signal.throwIfAborted()
        if (error instanceof UnreadableError) throw error
        throw new UnreadableError(`the folder cannot be read: ${(error as Error).message}`)
      }
    },

    async *open(object, from, signal) {
      const key = object.key.replace(/\/$/, '')
      const problem = keyProblem(key, flavour)
      if (problem !== undefined) throw new UnreadableError(problem)
      const root = await realpath(folder).catch(() => undefined)
      const found = root === undefined ? undefined : await look(root, join(root, key))
      if (found !== undefined && 'unreadable' in found) throw new UnreadableError(found.unreadable)
      if (!found?.stats.isFile()) throw new UnreadableError('the object does not exist any more')
      if (etagOf(found.stats) !== object.etag) throw new UnreadableError(changedSinceListed)
      let received = from
      try {
        for await (const chunk of createReadStream(found.file, {
          start: from,
          signal,
        }) as AsyncIterable<Buffer>) {
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
 * Walks a folder in S3's order of keys, which compares a folder's name with its slash:
 * `a.csv` comes before `a/b.csv`.
 *
 * @param above the real paths of the folders that lead here, so that a link to one of them does
 *   not lead round for ever
 */
async function* filesUnder(
  root: string,
  below: string,
  search: Search,
  above: string[],
): AsyncGenerator<BucketObject> {
  const { prefix, flavour, signal } = search
  signal.throwIfAborted()
  const folder = await realpath(join(root, below))
  if (above.includes(folder)) return
  const isWanted = (name: string) =>
    (below + name).startsWith(prefix) || prefix.startsWith(`${below}${name}/`)
  for (const bytes of await namesIn(folder, isWanted, search)) {
    signal.throwIfAborted()
    const key = below + Buffer.from(bytes, 'latin1').toString()
    const isFolder = key.endsWith('/')
    const path = isFolder ? key.slice(0, -1) : key
    const problem = keyProblem(path, flavour)
    const entry = problem === undefined ? await look(root, join(root, path)) : { unreadable: problem }
    if (entry === undefined) continue
    if ('unreadable' in entry) {
      // It may stand where the prefix names a folder.
      const isBelow = isFolder || prefix.startsWith(`${path}/`)
      yield { key: isBelow ? `${path}/` : path, size: 0, etag: '', unreadable: entry.unreadable }
    } else if (entry.stats.isDirectory() && isFolder) yield* filesUnder(root, key, search, [...above, folder])
    else if (entry.stats.isFile() && !isFolder && key.startsWith(prefix))
      yield { key, size: entry.stats.size, etag: etagOf(entry.stats) }
  }
}

/** What is listed, and how. */
interface Search {
  prefix: string
  maxNames: number
  flavour: PathFlavour
  signal: AbortSignal
}

/**
 * The names in a folder in S3's order of keys, those of folders with their slash. Nothing else is kept of
 * them, as there may be very many.
 *
 * @returns texts whose characters are the names' UTF-8 bytes: such texts are compared as S3 compares keys
 */
async function namesIn(
  folder: string,
  isWanted: (name: string) => boolean,
  { maxNames, signal }: Search,
): Promise<string[]> {
  const names: string[] = []
  for await (const entry of await opendir(folder, { bufferSize: 1000 })) {
    signal.throwIfAborted()
    if (!isWanted(entry.name)) continue
    if (names.length === maxNames) {
      throw new UnreadableError(
        `the folder ${folder} holds more than ${maxNames} files of the prefix: so many must be in several folders, or in S3`,
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

/**
 * Looks where a path inside the root leads.
 *
 * @returns the file or folder that is there, by its real path; why it is not read, where it is neither or a
 *   link leads elsewhere; undefined where nothing is there
 * @throws UnreadableError when it cannot be looked at
 */
async function look(
  root: string,
  path: string,
): Promise<{ file: string; stats: Stats } | { unreadable: string } | undefined> {
  try {
    const file = await realpath(path)
    if (!isInside(root, file)) return { unreadable: linkOut }
    const stats = await stat(file)
    return stats.isFile() || stats.isDirectory() ? { file, stats } : { unreadable: notAFile }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code !== 'ENOENT' && code !== 'ENOTDIR' && code !== 'ELOOP')
      throw new UnreadableError(`the file cannot be read: ${message}`)
    const isLink = (await lstat(path).catch(() => undefined))?.isSymbolicLink()
    if (isLink) return { unreadable: linkToNothing }
    // Node gives a name whose bytes are no text with this character for them, and finds nothing under it.
    return path.slice(root.length).includes('\ufffd') ? { unreadable: nameNotText } : undefined
  }
}

const linkOut =
  "a link that leads out of its bucket's folder is not followed: put what it leads to into the folder instead"
const nameNotText = "its name is not UTF-8 text, as a key must be: rename it ('�' stands for what is not)"
const notAFile = 'a pipe, a socket or a device is not read: put a file into the folder instead'
const linkToNothing = 'a link leads to nothing: put what it should lead to into the folder instead'

const etagOf = (file: Stats) => `${file.size}-${file.mtimeMs}`
