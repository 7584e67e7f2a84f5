import { randomUUID } from 'node:crypto'
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { mkdir, open, rename, rm, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { addAbortSignal, type Readable } from 'node:stream'
import { privateFile, privateFolder } from '../process/private-files.ts'
import { keyProblem } from './key-path.ts'

/** The bucket of the objects that were uploaded to this emulator. It can be read, not written. */
export const uploadsBucket = 'pinpoint-local-uploads'

/** The most bytes of a name: more than that, no file system takes. */
const maxNameBytes = 255

/** A body that is uploaded. */
export interface UploadBody {
  content: Readable
  /** Its Content-Length in bytes; undefined for a chunked body. */
  length: number | undefined
}

/** The objects that were uploaded, which are kept until they are cleared. */
export interface Uploads {
  /** The folder that is the bucket; it does not exist before the first upload. */
  readonly folder: string
  /**
   * Stores a body as a new object, whatever its size. The object is there as a whole or not at all.
   *
   * @param name the last part of its key; see `uploadNameProblem`
   * @param options.signal aborts the upload
   * @param options.beside the key of an earlier upload, for objects under one prefix
   * @returns the object's key and size; why there is none, if the body ends too early, or there can
   *   be no such object beside the other one. The body may not be read to its end then
   * @throws errors of the file system, ENOSPC if the disk is full
   */
  receive(
    name: string,
    body: UploadBody,
    options: { signal: AbortSignal; beside?: string | undefined },
  ): Promise<{ key: string; bytes: number } | { refusal: string }>
  /** Removes all objects. Uploads under way are not concerned. */
  clear(): Promise<void>
}

/**
 * Why an object cannot have a name, as a sentence.
 *
 * @returns undefined if it can
 */
export function uploadNameProblem(name: string): string | undefined {
  if (name.includes('/')) {
    return `a name must be one segment of the path, without slashes; got ${JSON.stringify(name)}`
  }
  const bytes = Buffer.byteLength(name)
  if (bytes > maxNameBytes) return `a name must have at most ${maxNameBytes} bytes; got ${bytes}`
  return keyProblem(name)
}

/**
 * Opens the uploads in a data folder, and removes what a killed process has left of others.
 *
 * @param dataDir exists
 */
export function createUploads(dataDir: string): Uploads {
  const folder = join(dataDir, 'uploads')
  const leftover = /^uploads?-[0-9a-f-]{36}$/
  for (const name of readdirSync(dataDir)) {
    if (leftover.test(name)) rmSync(join(dataDir, name), { recursive: true, force: true })
  }

  return {
    folder,

    async receive(name, body, { signal, beside }) {
      const id = randomUUID()
      const draft = join(dataDir, `upload-${id}`)
      const prefix = beside === undefined ? id : folderOf(beside)
      const problem = () => (beside === undefined ? undefined : besideProblem(folder, prefix, name, beside))
      const refusal = problem()
      if (refusal !== undefined) return { refusal }
      try {
        const bytes = await write(body, draft, signal)
        // Looked at again: a reset may have come meanwhile.
        const refusal = problem()
        if (refusal !== undefined) {
          await rm(draft, { force: true })
          return { refusal }
        }
        await mkdir(join(folder, prefix!), { recursive: true, mode: privateFolder })
        await rename(draft, join(folder, prefix!, name))
        return { key: `${prefix}/${name}`, bytes }
      } catch (error) {
        await rm(draft, { force: true })
        if ((error as NodeJS.ErrnoException).code !== 'ECONNRESET') throw error
        return { refusal: 'the body ended before all of it was sent' }
      }
    },

    async clear() {
      if (!existsSync(folder)) return
      const removed = join(dataDir, `uploads-${randomUUID()}`)
      await rename(folder, removed)
      await rm(removed, { recursive: true, force: true })
    },
  }
}

/** The folder of an upload's key; undefined if it is no such key. */
const folderOf = (key: string): string | undefined => /^([0-9a-f-]{36})\/[^/]+$/.exec(key)?.[1]

/** Why a name cannot be uploaded beside an earlier upload, as a sentence. */
function besideProblem(
  folder: string,
  prefix: string | undefined,
  name: string,
  beside: string,
): string | undefined {
  if (prefix === undefined || !existsSync(join(folder, beside))) {
    return `there is no upload s3://${uploadsBucket}/${beside} beside which it could be stored: a reset removes them`
  }
  return existsSync(join(folder, prefix, name))
    ? `there is an upload ${JSON.stringify(name)} beside that one already: give it another name`
    : undefined
}

/** @returns how many bytes were written */
async function write({ content, length }: UploadBody, path: string, signal: AbortSignal): Promise<number> {
  await checkRoom(path, length ?? 0)
  const file = await open(path, 'wx', privateFile)
  try {
    addAbortSignal(signal, content)
    let bytes = 0
    // Not destroyed: the connection is needed for the answer.
    for await (const chunk of content.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      await file.writeFile(chunk)
      bytes += chunk.length
    }
    return bytes
  } finally {
    await file.close()
  }
}

/** @throws Error with the code ENOSPC if the disk has no room for so many bytes */
async function checkRoom(path: string, bytes: number): Promise<void> {
  const disk = await statfs(join(path, '..'))
  const free = disk.bavail * disk.bsize
  // Some file systems do not report their size.
  if (disk.blocks === 0 || bytes <= free) return
  const megabytes = (bytes: number) => Math.ceil(bytes / 1e6)
  throw Object.assign(
    new Error(`${megabytes(free)} MB are free, and the upload has ${megabytes(bytes)} MB: make room`),
    { code: 'ENOSPC' },
  )
}
