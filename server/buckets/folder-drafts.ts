import { lstat, mkdir, open, realpath, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { DraftGoneError, type Drafts, UnwritableError } from './bucket.ts'
import { isInside, keyProblem, ownFlavour, type PathFlavour } from './key-path.ts'

/** What a draft says of itself. */
interface FolderDraft {
  in: 'folder'
  /** Once it is written. */
  bytes?: number
}

/**
 * How objects come into a folder that serves as a bucket: a draft is a file beside the object's, with a name
 * that an import under a prefix passes over, and is renamed when it is published.
 *
 * @param flavour whose rules file names follow: the system's, but in tests
 */
export function draftsInFolder(bucket: string, flavour: PathFlavour = ownFlavour): Drafts {
  const find = (key: string) => findFiles(bucket, key, { make: false, flavour })
  /** As `find`, but makes the folders that are missing. */
  const make = async (key: string) => (await findFiles(bucket, key, { make: true, flavour }))!

  return {
    begin: key =>
      explained(async () => {
        await make(key)
        return JSON.stringify({ in: 'folder' } satisfies FolderDraft)
      }),

    // Its name says whose it is, so the object that is begun again writes over it.
    discardUnknown: async () => {},

    write: (key, draft, content, signal) =>
      explained(async () => {
        readDraft(draft)
        const files = await make(key)
        // What is there already may be a link to somewhere else.
        await rm(files.draft, { force: true })
        const file = await open(files.draft, 'wx')
        try {
          let bytes = 0
          for await (const chunk of content) {
            signal.throwIfAborted()
            await file.writeFile(chunk)
            bytes += chunk.length
          }
          await file.sync()
          return JSON.stringify({ in: 'folder', bytes } satisfies FolderDraft)
        } finally {
          await file.close()
        }
      }, signal),

    publish: (key, draft) =>
      explained(async () => {
        const { bytes } = readDraft(draft)
        const files = await find(key)
        if (files !== undefined && (await hasBytes(files.draft, bytes)))
          await rename(files.draft, files.object)
        else if (files === undefined || !(await hasBytes(files.object, bytes))) {
          throw new DraftGoneError(`what was written of ${key} is gone from the folder`)
        }
        const parent = await open(dirname(files.object))
        await parent.sync().finally(() => parent.close())
      }),

    discard: (key, draft) =>
      explained(async () => {
        readDraft(draft)
        const files = await find(key)
        if (files === undefined) return
        for (const file of [files.draft, files.object]) {
          await rm(file, { force: true }).catch(unlessCode('ENOTDIR'))
        }
      }),
  }
}

function readDraft(draft: string): FolderDraft {
  const read = JSON.parse(draft)
  if (read.in === 'folder') return read
  throw new UnwritableError('the bucket is a folder now, and was none when the object was begun')
}

const hasBytes = async (file: string, bytes: number | undefined): Promise<boolean> => {
  const found = await stat(file).catch(() => undefined)
  return found?.isFile() === true && found.size === bytes
}

/**
 * Finds the file of an object and that of its draft. Links are followed as long as they stay inside the
 * bucket's folder, and every folder on the way is checked for that before anything is made in it.
 *
 * @param options.make whether folders that are missing are made
 * @returns their paths; undefined where a folder is missing, or a file is in its
 *   place, and none is to be made
 * @throws UnwritableError when the key leads out of the bucket's folder, or names no file in it
 */
async function findFiles(
  bucket: string,
  key: string,
  { make, flavour }: { make: boolean; flavour: PathFlavour },
): Promise<{ object: string; draft: string } | undefined> {
  const problem = keyProblem(key, flavour)
  if (problem !== undefined) throw new UnwritableError(problem)
  const folders = key.split('/')
  const name = folders.pop()!
  const root = await realpath(bucket)
  let folder = root
  for (const name of folders) {
    const path = join(folder, name)
    if (make) await mkdir(path).catch(unlessCode('EEXIST'))
    const entry = await (make ? lstat(path) : lstat(path).catch(unlessCode('ENOENT', 'ENOTDIR')))
    if (entry === undefined) return undefined
    folder = entry.isSymbolicLink() ? await realpath(path) : path
    if (!isInside(root, folder)) {
      throw new UnwritableError(`the key ${key} leads out of its bucket's folder, by the link ${name}`)
    }
  }
  return { object: join(folder, name), draft: join(folder, `.${name}.part`) }
}

/** Lets some errors of the file system pass. */
const unlessCode =
  (...codes: string[]) =>
  (error: NodeJS.ErrnoException) => {
    if (!codes.includes(error.code!)) throw error
  }

/** What the file system says, in a sentence that tells what to look at. */
async function explained<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  try {
    return await work()
  } catch (error) {
    signal?.throwIfAborted()
    const { code, message } = error as NodeJS.ErrnoException
    // The rest is not the file system's: what the content threw, for one.
    if (code === undefined || !/^(E[A-Z0-9]+|ERR_FS_.+)$/.test(code)) throw error
    throw new UnwritableError(`the folder cannot be written: ${message}`)
  }
}
