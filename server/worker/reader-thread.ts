import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { UnreadableError } from '../buckets/bucket.ts'
import { type BucketSettings, createBuckets } from '../buckets/open-bucket.ts'
import type { PreparedBatch } from '../import/read/prepare.ts'
import { createStages, type ObjectFrom, type ReadingJob } from '../import/read/read-records.ts'
import { pack } from '../import/read/record-batch.ts'
import type { FromReader, ToReader, ToReaders } from './messages.ts'
import { Semaphore } from './semaphore.ts'

/**
 * Batches in a message, as each message has its cost; and messages that are sent ahead of the
 * writer.
 */
const sent = { batches: 4, ahead: 8 }

/**
 * The thread that reads the records of large import jobs while the job worker writes them. It has
 * no database.
 */
const { openBucket } = createBuckets(workerData as BucketSettings)

/** Reads for one job until the job worker closes the other end of the port. */
function serve(job: ReadingJob, port: MessagePort): void {
  const readObject = createStages(job, openBucket)
  const closed = new AbortController()
  const ahead = new Semaphore(sent.ahead)
  const tell = (message: FromReader) => port.postMessage(message)

  const sendObject = async (object: ObjectFrom): Promise<void> => {
    let read: PreparedBatch[] = []
    const send = async () => {
      closed.signal.throwIfAborted()
      await ahead.acquire()
      closed.signal.throwIfAborted()
      tell(pack(read))
      read = []
    }
    /** Sends all records, also those before an error. */
    const sendAll = async () => {
      try {
        for await (const batch of readObject(object, closed.signal)) {
          read.push(batch)
          if (read.length === sent.batches) await send()
        }
      } finally {
        if (read.length > 0) await send()
      }
    }
    try {
      await sendAll()
      tell('end')
    } catch (error) {
      if (closed.signal.aborted) return
      tell(
        error instanceof UnreadableError
          ? { unreadable: error.message, line: error.line }
          : { error: error as Error },
      )
    }
  }

  port.on('message', (message: ToReader) => {
    if (message === 'more') ahead.release()
    else void sendObject(message)
  })
  port.on('close', () => {
    closed.abort()
    // Wakes whoever waits to send.
    ahead.release()
  })
}

parentPort!.on('message', ({ job, port }: ToReaders) => serve(job, port))
