import { type FileHandle, open, stat, statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { addAbortSignal, type Readable } from 'node:stream'
import { isNoRoom } from '../disk-trouble.ts'
import { privateFile } from './private-files.ts'
import { damaged, headerBytes, mayBeSqlite, readSnapshotHeader } from './snapshot-header.ts'

/** A snapshot as it is sent. */
export interface SnapshotBody {
  content: Readable
  /** How many bytes are to come; undefined where the sender does not say. */
  length: number | undefined
}

/** Bytes after which it is looked again whether there is room for the rest, as others write too. */
const lookAgainAfter = 64 * 1024 * 1024

/**
 * Writes a snapshot that is being sent into a new file. What can be told from its first bytes, its length and the room
 * on the disk is told at once, and before anything is written.
 *
 * @param file does not exist yet, and may hold a part of the snapshot where that is refused
 * @param database the file that the snapshot is to replace, on the same disk
 * @returns why it is refused. The rest of the body may be still to come: it is left where it is, since to destroy it would
 *   close the connection before the answer
 * @throws what the system says of the file, but that there is no room; the signal's reason
 */
export async function receiveSnapshot(
  { content, length }: SnapshotBody,
  file: string,
  { database, signal }: { database: string; signal: AbortSignal },
): Promise<string | undefined> {
  let written: FileHandle | undefined
  let head = Buffer.alloc(0)
  let received = 0
  /** By the header; undefined until that is there. */
  let expected: number | undefined
  let lookAt = 0
  addAbortSignal(signal, content)
  try {
    for await (const part of content.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      let chunk = part
      received += chunk.length
      if (expected === undefined) {
        head = Buffer.concat([head, chunk])
        if (!mayBeSqlite(head)) return 'the body is not a SQLite file'
        if (head.length < headerBytes) continue
        const header = readSnapshotHeader(head)
        if ('refusal' in header) return header.refusal
        expected = header.bytes
        if (length !== undefined && length !== expected) return wrongLength(length, expected)
        chunk = head
      }
      if (received > expected) return wrongLength(received, expected)
      if (received > lookAt) {
        const problem = await roomProblem(expected, expected - received + chunk.length, database)
        if (problem !== undefined) return problem
        lookAt = received + lookAgainAfter
      }
      written ??= await open(file, 'wx', privateFile)
      await written.writeFile(chunk)
    }
    if (received === 0) return 'the body is empty: it must be a SQLite file, as GET answers it'
    if (expected === undefined) return damaged(`it has ${received} bytes`)
    return received === expected ? undefined : wrongLength(received, expected)
  } catch (error) {
    if (isNoRoom(error))
      return `there is no room for it on the disk that holds DATA_DIR (${(error as Error).message})`
    // The client has left; a client that is too slow has an error of its own.
    if ((error as NodeJS.ErrnoException).code === 'ECONNRESET')
      return 'the body ended before all of it was sent'
    throw error
  } finally {
    await written?.close()
  }
}

function wrongLength(bytes: number, expected: number): string {
  return bytes < expected
    ? damaged(`its header says that it has ${expected} bytes, and the body has ${bytes}`)
    : `the body is longer than the SQLite file in it (which has ${expected} bytes, as its header says)`
}

/**
 * Says that there is no room on the disk for what is still to be written of a snapshot, for its copy in the write-ahead log,
 * and for what the database grows by.
 */
async function roomProblem(bytes: number, left: number, database: string): Promise<string | undefined> {
  const [disk, { size }] = await Promise.all([statfs(dirname(database)), stat(database)])
  // Some file systems do not know.
  if (disk.blocks === 0) return undefined
  const free = disk.bavail * disk.bsize
  const needed = left + bytes + Math.max(0, bytes - size)
  if (needed <= free) return undefined
  return `the disk that holds DATA_DIR has ${megabytes(free)} MB free, and to put it in place takes ${megabytes(needed)} MB: make room`
}

const megabytes = (bytes: number) => Math.ceil(bytes / 1e6)
