import { parentPort, workerData } from 'node:worker_threads'
import Database from 'better-sqlite3'
import { makePrivateFile } from '../../process/private-files.ts'
import type { SnapshotTask } from './snapshot-task.ts'
import { checkSnapshot } from './verify-snapshot.ts'

/** The thread of one task. */
const task = workerData as SnapshotTask

async function copy(file: string, to: string): Promise<undefined> {
  makePrivateFile(to)
  const db = new Database(file, { readonly: true })
  try {
    // In a single step: between several, a write of somebody else would restart the backup.
    await db.backup(to, { progress: () => 0x7fffffff })
  } finally {
    db.close()
  }
}

parentPort!.postMessage('check' in task ? checkSnapshot(task.check) : await copy(task.copy, task.to))
