import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'

/** What is done with a snapshot in a thread of its own, as it reads, or writes, all of a state. */
export type SnapshotTask =
  /** Copies the state of a database as it is at one moment, whoever writes meanwhile. */
  | { copy: string; to: string }
  /** Says why a file is no state that can be taken over; else brings it to this version. */
  | { check: string }

/**
 * Does a task, and gives what it has to say.
 *
 * @param signal ends it; what it has written until then may be half of a file
 * @throws what the task throws, the signal's reason
 */
export async function runSnapshotTask(task: SnapshotTask, signal: AbortSignal): Promise<string | undefined> {
  signal.throwIfAborted()
  // The same file is .ts in the source tree and .js in the build.
  const file = new URL(`./snapshot-thread${extname(import.meta.url)}`, import.meta.url)
  // Without the process's own flags, some of which take longer than the task.
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
