import { lstat, mkdir, open, realpath, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join, sep } from 'node:path'
import { type Drafts, UnwritableError } from './bucket.ts'

/** What a draft says of itself. */
interface FolderDraft {
  in: 'folder'
  /** Once it is written. */
  bytes?: number
}

/**
 * How objects come into a folder that serves as a bucket: a draft is a file beside the object's, with a name that an
 * import under a prefix passes over, and is renamed when it is published.
 */
export function draftsInFolder(bucket: string): Drafts {
  return {
    begin: key =>
      explained(async () => {
        await folderOf(bucket, key, { make: true })
        return JSON.stringify({ in: 'folder' } satisfies FolderDraft)
      }),

    // Its name says whose it is, so the object that is begun again writes over it.
    discardUnknown: async () => {},

    write: (key, draft, content, signal) =>
      explained(async () => {
        readDraft(draft)
        const files = filesOf(await folderOf(bucket, key, { make: true }), key)
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
        const folder = await folderOf(bucket, key)
        const files = folder === undefined ? undefined : filesOf(folder, key)
        if (files !== undefined && (await hasBytes(files.draft, bytes)))
          await rename(files.draft, files.object)
        else if (files === undefined || !(await hasBytes(files.object, bytes))) {
          throw new UnwritableError(`what was written of ${key} is gone from the folder`)
        }
        const parent = await open(dirname(files.object))
        await parent.sync().finally(() => parent.close())
      }),

    discard: (key, draft) =>
      explained(async () => {
        readDraft(draft)
        const folder = await folderOf(bucket, key)
        if (folder === undefined) return
        const files = filesOf(folder, key)
        await rm(files.draft, { force: true })
        await rm(files.object, { force: true })
      }),
  }
}

function readDraft(draft: string): FolderDraft {
  const read = JSON.parse(draft)
  if (read.in === 'folder') return read
  throw new UnwritableError('the bucket is a folder now, and was none when the object was begun')
}

const filesOf = (folder: string, key: string) => ({
  object: join(folder, basename(key)),
  draft: join(folder, `.${basename(key)}.part`),
})

const hasBytes = async (file: string, bytes: number | undefined): Promise<boolean> => {
  const found = await stat(file).catch(() => undefined)
  return found?.isFile() === true && found.size === bytes
}

/**
 * Finds the folder that an object is to be in. Links are followed as long as they stay inside the bucket's.
 *
 * @param options.make whether it is made where it is missing
 * @returns its real path; undefined where it is missing and not to be made
 * @throws UnwritableError when the key leads out of the bucket's folder, or names no file in it
 */
async function folderOf(bucket: string, key: string, options: { make: true }): Promise<string>
async function folderOf(bucket: string, key: string): Promise<string | undefined>
async function folderOf(bucket: string, key: string, { make = false } = {}): Promise<string | undefined> {
  const names = key.split('/').slice(0, -1)
  const wrong = names.find(name => name === '' || name === '.' || name === '..' || name.includes('\0'))
  if (wrong !== undefined) {
    throw new UnwritableError(
      `a folder cannot hold the key ${key}: between its slashes there must be names, and not ${JSON.stringify(wrong)}`,
    )
  }
  const root = await realpath(bucket)
  let folder = root
  for (const [index, name] of names.entries()) {
    const path = join(folder, name)
    const entry = await lstat(path).catch(error => {
      if (error.code !== 'ENOENT') throw error
    })
    if (entry === undefined) {
      if (!make) return undefined
      const rest = join(folder, ...names.slice(index))
      await mkdir(rest, { recursive: true })
      return rest
    }
    folder = entry.isSymbolicLink() ? await realpath(path) : path
    if (folder !== root && !folder.startsWith(root + sep)) {
      throw new UnwritableError(`the key ${key} leads out of its bucket's folder, by the link ${name}`)
    }
  }
  return folder
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
