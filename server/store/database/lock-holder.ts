import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { stopCommand } from '../../process/start-error.ts'

/**
 * The file beside the lock with the holder's process id and host name, which SQLite's lock does not
 * tell.
 */
const fileIn = (dataDir: string) => join(dataDir, 'pinpoint.pid')

/**
 * Notes in the data folder that this process has its lock.
 *
 * @returns a function that removes the note
 */
export function noteHolder(dataDir: string): () => void {
  const file = fileIn(dataDir)
  try {
    writeFileSync(file, `${process.pid}\n${hostname()}\n`)
  } catch {
    // The note is only for a message. If the folder cannot be written, opening the database says
    // so.
  }
  return () => {
    try {
      rmSync(file, { force: true })
    } catch {
      // The folder cannot be written any more. Who has the lock is told by that, not by the note.
    }
  }
}

/**
 * Describes who has the lock of a data folder, and what to do about it: `… process 12: stop it
 * (kill 12)`.
 */
export function describeHolder(dataDir: string): string {
  const [id = '', host] = readNote(dataDir).split('\n')
  const pid = Number(id)
  if (pid === process.pid && host === hostname())
    return 'another pinpoint-local in this process: close that one'
  // Process 1 is a container's, whose host name may be that of this machine.
  if (pid === 1 || (pid > 0 && host !== hostname()))
    return `another pinpoint-local, on the host or in the container ${host}: stop it there`
  // The note is a killed process's, and the holder has not written its own yet.
  if (!isRunning(pid)) return 'another pinpoint-local: stop it'
  return `another pinpoint-local, process ${pid}: stop it (${stopCommand(pid)})`
}

function readNote(dataDir: string): string {
  try {
    return readFileSync(fileIn(dataDir), 'utf8')
  } catch {
    return ''
  }
}

function isRunning(pid: number): boolean {
  try {
    return pid > 0 && process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
