import { once } from 'node:events'
import { extname } from 'node:path'
import {
  MessageChannel,
  type MessagePort,
  receiveMessageOnPort,
  resourceLimits,
  Worker,
} from 'node:worker_threads'
import { UnreadableError } from '../buckets/bucket.ts'
import type { BucketSettings } from '../buckets/open-bucket.ts'
import type { ReadingJob, RecordReader } from '../import/read/read-records.ts'
import { RecordBatch } from '../import/read/record-batch.ts'
import type { FromReader, ToReader, ToReaders } from './messages.ts'

/**
 * The reader thread's heap limits in megabytes. Half of this thread's are enough for old objects:
 * it keeps nothing but the records that it is reading.
 */
const memory = {
  maxYoungGenerationSizeMb: resourceLimits.maxYoungGenerationSizeMb,
  maxOldGenerationSizeMb: resourceLimits.maxOldGenerationSizeMb! / 2,
}

/**
 * Creates a function that opens a job's reader in a thread of its own, as this one is busy with
 * writing. All jobs share that thread, which takes some 40 MB and runs only while it is needed. If
 * it dies, so does this thread, and the supervisor starts it again with its jobs.
 */
export function createReaders(settings: BucketSettings): (job: ReadingJob) => RecordReader {
  let thread: Worker | undefined
  let open = 0

  const start = (): Worker => {
    const file = new URL(`./reader-thread${extname(import.meta.url)}`, import.meta.url)
    const { s3Dir, s3, uploads } = settings
    const started = new Worker(file, {
      workerData: { s3Dir, s3, uploads },
      env: process.env,
      resourceLimits: memory,
    })
    started.on('error', error => {
      throw error
    })
    started.unref()
    return started
  }

  return job => {
    thread ??= start()
    open++
    const { port1: port, port2 } = new MessageChannel()
    thread.postMessage({ job, port: port2 } satisfies ToReaders, [port2])
    return {
      async *read(object, signal) {
        port.postMessage(object satisfies ToReader)
        for (;;) {
          const message = await nextFrom(port, signal)
          if (message === 'end') return
          if ('unreadable' in message) throw new UnreadableError(message.unreadable, message)
          if ('error' in message) throw message.error
          yield new RecordBatch(message)
          port.postMessage('more' satisfies ToReader)
        }
      },
      close() {
        port.close()
        if (--open > 0) return
        void thread?.terminate()
        thread = undefined
      },
    }
  }
}

/**
 * Waits for the next message. None is taken off the port before it is needed: the records of
 * several messages would be copied by each garbage collection meanwhile.
 */
async function nextFrom(port: MessagePort, signal: AbortSignal): Promise<FromReader> {
  signal.throwIfAborted()
  const received: { message: FromReader } | undefined = receiveMessageOnPort(port)
  if (received !== undefined) return received.message
  const [message] = await once(port, 'message', { signal })
  return message
}
