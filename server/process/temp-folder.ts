import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { StartError } from './start-error.ts'

/** Those that are in use. */
const folders = new Set<string>()

/** A process that ends without closing its emulators, as test runners do, leaves none behind either. */
const removeAll = () => {
  for (const path of folders) remove(path)
}

/**
 * Makes a folder in the temp directory.
 *
 * @returns its path, and a function that removes it; at the process's exit it is removed without that
 * @throws StartError
 */
export function makeTempFolder(): [path: string, remove: () => void] {
  const path = makeFolder()
  if (folders.size === 0) process.on('exit', removeAll)
  folders.add(path)
  return [
    path,
    () => {
      remove(path)
      folders.delete(path)
      if (folders.size === 0) process.off('exit', removeAll)
    },
  ]
}

function makeFolder(): string {
  try {
    return mkdtempSync(join(tmpdir(), 'pinpoint-local-'))
  } catch (error) {
    throw new StartError(
      `no folder can be made in the temp directory ${tmpdir()} (${(error as Error).message})`,
    )
  }
}

const remove = (path: string) => rmSync(path, { recursive: true, force: true, maxRetries: 3 })
