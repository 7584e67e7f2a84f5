import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'

/** A task that reads or writes a whole state, and so has a thread of its own. */
export type SnapshotTask =
  /** Copies the state of a database as it is at one moment, whatever is written meanwhile. */
  | { copy: string; to: string }
  /** Checks whether a file is an acceptable snapshot. */
  | { check: string }

/**
 * Runs a task, and returns its message: of a check, why the file is refused.
 *
 * @param signal aborts it, which may leave an incomplete file
 * @throws what the task throws; the signal's reason
 */
export async function runSnapshotTask(task: SnapshotTask, signal: AbortSignal): Promise<string | undefined> {
  signal.throwIfAborted()
  // The same file is .ts in the source tree and .js in the build.
  const file = new URL(`./snapshot-thread${extname(import.meta.url)}`, import.meta.url)
  // Without the process's own flags, some of which would slow down its start.
  const thread = new Worker(file, { workerData: task, execArgv: [] })
  const { promise, resolve, reject } = Promise.withResolvers<string | undefined>()
  const stop = () => reject(signal.reason)
  signal.addEventListener('abort', stop)
  thread.on('message', resolve)
  thread.on('error', reject)
  thread.on('exit', code => reject(new Error(`the thread ended with the exit code ${code}`)))
  try {
    return await promise
  } finally {
    signal.removeEventListener('abort', stop)
    await thread.terminate()
  }
}
