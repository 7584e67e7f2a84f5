import { type FileHandle, open, stat, statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { addAbortSignal, type Readable } from 'node:stream'
import { isNoRoom } from '../../process/disk-errors.ts'
import { privateFile } from '../../process/private-files.ts'
import { damaged, headerBytes, mayBeSqlite, readSnapshotHeader } from './snapshot-header.ts'

/** A snapshot as it is sent. */
export interface SnapshotBody {
  content: Readable
  /** Its Content-Length in bytes; undefined for a chunked body. */
  length: number | undefined
}

/** Bytes received between two checks of the free disk space, which other writers use up as well. */
const checkRoomEvery = 64 * 1024 * 1024

/**
 * Writes a snapshot that is being uploaded into a new file. Its header, its length and the free
 * disk space are checked as soon as the header is there, before anything is written.
 *
 * @param file must not exist; holds a part of the snapshot if that is refused later
 * @param database the file that the snapshot is to replace, on the same disk
 * @returns why it is refused. The body is then left as it is, perhaps not read to its end:
 *   destroying it would close the connection before the answer is sent
 * @throws errors of the file system, except that the disk is full; the signal's reason
 */
export async function receiveSnapshot(
  { content, length }: SnapshotBody,
  file: string,
  { database, signal }: { database: string; signal: AbortSignal },
): Promise<string | undefined> {
  let written: FileHandle | undefined
  let head = Buffer.alloc(0)
  let received = 0
  /** Bytes of the file, as its header says; undefined until the header is there. */
  let expected: number | undefined
  let checkRoomAt = 0
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
      if (received > checkRoomAt) {
        const problem = await roomProblem(expected, expected - received + chunk.length, database)
        if (problem !== undefined) return problem
        checkRoomAt = received + checkRoomEvery
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
 * Checks that the disk has room for the rest of the upload, for its copy in the write-ahead log,
 * and for what the database then grows by.
 *
 * @param bytes of the whole snapshot
 * @param left of them, still to be written
 * @returns why there is no room
 */
async function roomProblem(bytes: number, left: number, database: string): Promise<string | undefined> {
  const [disk, { size }] = await Promise.all([statfs(dirname(database)), stat(database)])
  // Some file systems do not report their size.
  if (disk.blocks === 0) return undefined
  const free = disk.bavail * disk.bsize
  const needed = left + bytes + Math.max(0, bytes - size)
  if (needed <= free) return undefined
  return `the disk that holds DATA_DIR has ${megabytes(free)} MB free, and putting the snapshot in place takes ${megabytes(needed)} MB: make room`
}

const megabytes = (bytes: number) => Math.ceil(bytes / 1e6)
