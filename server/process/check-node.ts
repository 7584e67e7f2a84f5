import { oldestNode } from '../version.ts'
import { StartError } from './start-error.ts'

/**
 * Refuses a Node that is too old. On such a Node, better-sqlite3 ends the process with a segmentation fault
 * and no message when it opens a database. So this is called first, and modules that load better-sqlite3 are
 * imported dynamically after it.
 *
 * @throws StartError that says which version is needed, and which this is
 */
export function checkNode(): void {
  const { node } = process.versions
  const [major = 0, minor = 0] = node.split('.').map(Number)
  const [oldestMajor = 0, oldestMinor = 0] = oldestNode.split('.').map(Number)
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return
  throw new StartError(
    `pinpoint-local needs Node ${oldestNode} or later, and this is Node ${node} (${process.execPath})`,
  )
}
