import { mkdir, open, realpath, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join, sep } from 'node:path'
import { UnwritableError, type WritableBucket } from './bucket.ts'

/**
 * How objects come into a folder that serves as a bucket: a draft is a file beside the object's, with a name that an
 * import under a prefix passes over, and is renamed when it is published.
 */
export function draftsInFolder(
  folder: string,
): Pick<WritableBucket, 'begin' | 'write' | 'publish' | 'discard'> {
  const fileOf = (key: string) => join(folder, key)
  const draftOf = (key: string) => join(folder, dirname(key), `.${basename(key)}.part`)

  return {
    begin: key => explained(() => makeFolderOf(folder, key).then(() => '')),

    write: (key, _draft, content, signal) =>
      explained(async () => {
        // What is there already may be a link to somewhere else.
        await rm(draftOf(key), { force: true })
        const file = await open(draftOf(key), 'wx')
        try {
          let bytes = 0
          for await (const chunk of content) {
            signal.throwIfAborted()
            await file.writeFile(chunk)
            bytes += chunk.length
          }
          await file.sync()
          return String(bytes)
        } finally {
          await file.close()
        }
      }, signal),

    publish: (key, draft) =>
      explained(async () => {
        const isThere = await hasBytes(draftOf(key), draft)
        if (isThere) await rename(draftOf(key), fileOf(key))
        else if (!(await hasBytes(fileOf(key), draft))) {
          throw new UnwritableError(`what was written of ${key} is gone from the folder`)
        }
        const parent = await open(dirname(fileOf(key)))
        await parent.sync().finally(() => parent.close())
      }),

    discard: key =>
      explained(async () => {
        await rm(draftOf(key), { force: true })
        await rm(fileOf(key), { force: true })
      }),
  }
}

const hasBytes = async (file: string, bytes: string): Promise<boolean> => {
  const found = await stat(file).catch(() => undefined)
  return found !== undefined && String(found.size) === bytes
}

/** Makes the folders that a key names, each inside the bucket's: a link may not lead out of it. */
async function makeFolderOf(bucket: string, key: string): Promise<void> {
  const root = await realpath(bucket)
  let folder = root
  for (const name of key.split('/').slice(0, -1)) {
    if (name === '' || name === '.' || name === '..') {
      throw new UnwritableError(
        `a folder cannot hold the key ${key}: between its slashes there must be names, and not "${name}"`,
      )
    }
    const path = join(folder, name)
    await mkdir(path).catch(error => {
      if (error.code !== 'EEXIST') throw error
    })
    folder = await realpath(path)
    if (!folder.startsWith(root + sep)) {
      throw new UnwritableError(`the key ${key} leads out of its bucket's folder, by the link ${name}`)
    }
  }
}

/** What the file system says, in a sentence that tells what to look at. */
async function explained<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  try {
    return await work()
  } catch (error) {
    signal?.throwIfAborted()
    const { code, message } = error as NodeJS.ErrnoException
    // The rest is not the file system's: what the content threw, for one.
    if (!code?.startsWith('E')) throw error
    throw new UnwritableError(`the folder cannot be written: ${message}`)
  }
}
