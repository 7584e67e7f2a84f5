import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { UnreadableError } from '../buckets/bucket.ts'
import { type BucketSettings, createOpenBucket } from '../buckets/open-bucket.ts'
import { createRecordReader, type ObjectFrom, type ReadingJob } from '../import/read-records.ts'
import type { FromReader, ToReader, ToReaders } from './messages.ts'
import { pack } from './packed-batch.ts'
import { Slots } from './slots.ts'

/** Batches that are read before the first of them is written. */
const batchesAhead = 8

/**
 * The thread that reads the records of large import jobs, while the job worker writes them. It knows nothing of the
 * database.
 */
const openBucket = createOpenBucket(workerData as BucketSettings)

/** Reads for one job as long as the job worker holds the other end of the port. */
function serve(job: ReadingJob, port: MessagePort): void {
  const reader = createRecordReader(job, openBucket)
  const closed = new AbortController()
  const { promise: untilClosed, reject } = Promise.withResolvers<never>()
  untilClosed.catch(() => {})
  const ahead = new Slots(batchesAhead)
  const tell = (message: FromReader) => port.postMessage(message)

  const read = async (object: ObjectFrom): Promise<void> => {
    try {
      for await (const batch of reader.read(object, closed.signal)) {
        await Promise.race([ahead.take(), untilClosed])
        tell(pack(batch))
      }
      tell('end')
    } catch (error) {
      if (closed.signal.aborted) return
      tell(error instanceof UnreadableError ? { unreadable: error.message } : { error: error as Error })
    }
  }

  port.on('message', (message: ToReader) => {
    if (message === 'more') ahead.give()
    else void read(message)
  })
  port.on('close', () => {
    closed.abort()
    reject(closed.signal.reason)
  })
}

parentPort!.on('message', ({ job, port }: ToReaders) => serve(job, port))
