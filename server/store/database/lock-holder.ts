import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { stopCommand } from '../../process/start-error.ts'

/** Beside the lock, since a lock of SQLite's does not say who has it: the process's id, and its host's name. */
const fileIn = (dataDir: string) => join(dataDir, 'pinpoint.pid')

/**
 * Writes down that this process has the lock of a data folder.
 *
 * @returns a function that removes that again
 */
export function noteHolder(dataDir: string): () => void {
  const file = fileIn(dataDir)
  try {
    writeFileSync(file, `${process.pid}\n${hostname()}\n`)
  } catch {
    // It is for a message alone: what is wrong with the folder, the database will say.
  }
  return () => rmSync(file, { force: true })
}

/** Which process has the lock of a data folder, and what to do about it: `… process 12: stop it (kill 12)`. */
export function describeHolder(dataDir: string): string {
  const [id = '', host] = readNote(dataDir).split('\n')
  const pid = Number(id)
  if (pid === process.pid && host === hostname())
    return 'another pinpoint-local in this process: close that one'
  // Process 1 is that of a container, which may have the name of its host.
  if (pid === 1 || (pid > 0 && host !== hostname()))
    return `another pinpoint-local, on the host or in the container ${host}: stop it there`
  // A killed process has left its note, and the one that has the lock now has written none yet.
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
