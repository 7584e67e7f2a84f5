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

/** Megabytes of JavaScript objects: of old ones half as many as in this thread, as it keeps nothing but the records that it is at. */
const memory = {
  maxYoungGenerationSizeMb: resourceLimits.maxYoungGenerationSizeMb,
  maxOldGenerationSizeMb: resourceLimits.maxOldGenerationSizeMb! / 2,
}

/**
 * Makes what opens the readers of jobs in a thread beside this one, which has enough to do with writing. The thread is there
 * as long as it is needed, as it takes some 40 MB. Should it die, so does this one, and is started again with its jobs.
 */
export function createReaders(settings: BucketSettings): (job: ReadingJob) => RecordReader {
  let thread: Worker | undefined
  let open = 0

  const start = (): Worker => {
    const file = new URL(`./reader-thread${extname(import.meta.url)}`, import.meta.url)
    const { s3Dir, s3 } = settings
    const started = new Worker(file, { workerData: { s3Dir, s3 }, env: process.env, resourceLimits: memory })
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
 * The next message, which is not read before it is asked for: what the records of several would take in memory would be
 * copied by each collection of garbage that comes meanwhile.
 */
async function nextFrom(port: MessagePort, signal: AbortSignal): Promise<FromReader> {
  signal.throwIfAborted()
  const received: { message: FromReader } | undefined = receiveMessageOnPort(port)
  if (received !== undefined) return received.message
  const [message] = await once(port, 'message', { signal })
  return message
}
