import { setTimeout } from 'node:timers/promises'
import type { EventBus } from '../events/event-bus.ts'
import type { EventRecord } from '../model/event-record.ts'
import type { StreamCursor } from '../store/applications/event-streams.ts'
import type { Store } from '../store/open-store.ts'

/*
 * Puts the records of the event stream on the Kinesis and Firehose streams that PutEventStream names,
 * in their order. The table of events is the queue, so its limit bounds it. How far each stream has
 * got them is a cursor in the database: after a kill, the last batch may come twice, and none is
 * lost. Events of the bus wake it; nobody waits for it.
 */

/** Where streams are, and how requests to them are signed. */
export interface StreamSettings {
  kinesisEndpoint: string | undefined
  firehoseEndpoint: string | undefined
  credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string }
}

export interface StreamOptions {
  store: Pick<Store, 'eventRecords' | 'eventStreams' | 'write'>
  bus: EventBus
  log: Record<'info' | 'warn', (members: object, text: string) => void>
  /** Milliseconds before the second attempt; each further pause is twice as long. */
  firstPause?: number
}

/** Puts records on a stream, as one request. Gives those that the stream has not taken. */
type Put = (records: string[]) => Promise<string[]>

/** Records of a request, and their bytes: Firehose takes 4 MB, Kinesis 5 (source: API references). */
const batch = { records: 500, bytes: 3_500_000 }

/** The longest pause between two attempts, in milliseconds. */
const maxPause = 5_000

/** Milliseconds that `close` waits for the request under way. */
const closeTimeout = 1_000

/**
 * Starts to put events on streams.
 *
 * @returns what stops it. Events that wait are put at the next start
 */
export function startEventStreams(
  settings: StreamSettings,
  { store, bus, log, firstPause = 100 }: StreamOptions,
): { close(): Promise<void> } {
  const { eventRecords, eventStreams } = store
  const closing = new AbortController()
  const puts = createPuts(settings)
  /** Streams that do not take records now, by their ARNs. */
  const away = new Set<string>()
  /** Counts how often the state was replaced: cursors are of one state. */
  let generation = 0
  let isAsked = false
  let running: Promise<void> | undefined

  /** Puts the next events of an application. Returns whether there were any. */
  const putSome = async ({ app, arn, cursor }: StreamCursor): Promise<boolean> => {
    const put = puts(arn)
    if (put === undefined) return false
    const events = eventRecords.after(app, cursor, batch.records)
    if (events.length === 0) return false
    const begun = generation
    if ((eventRecords.oldest() ?? 0) > cursor + 1 && cursor > 0) {
      log.warn({ stream: arn }, `events may have been removed before ${arn} has got them: raise OUTBOX_LIMIT`)
    }
    let bytes = 0
    const tooMany = events.findIndex(({ record }, index) => {
      bytes += Buffer.byteLength(record)
      return index > 0 && bytes > batch.bytes
    })
    const fitting = tooMany === -1 ? events : events.slice(0, tooMany)
    let left = fitting.map(({ record }) => record)
    for (let pause = firstPause; left.length > 0; pause = Math.min(pause * 2, maxPause)) {
      left = await put(left)
      if (left.length > 0) await setTimeout(pause, undefined, { ref: false, signal: closing.signal })
    }
    const last = fitting.at(-1)!.seq
    await store.write(() => {
      if (begun === generation) eventStreams.setCursor(app, arn, last)
    })
    return true
  }

  /** Returns whether a stream does not take its records. */
  const putAll = async (): Promise<boolean> => {
    for (let isMore = true; isMore; ) {
      isMore = false
      isAsked = false
      const failed = new Set<string>()
      for (const stream of eventStreams.cursors()) {
        if (failed.has(stream.arn)) continue
        try {
          if (await putSome(stream)) isMore = true
          if (away.delete(stream.arn)) log.info({ stream: stream.arn }, `${stream.arn} takes events again`)
        } catch (error) {
          closing.signal.throwIfAborted()
          failed.add(stream.arn)
          if (away.has(stream.arn)) continue
          away.add(stream.arn)
          const reason = (error as Error).message || (error as Error).name
          log.warn(
            { stream: stream.arn, reason },
            `events wait, as ${stream.arn} does not take them: ${reason}; they are tried again at least every ${maxPause / 1000} s`,
          )
        }
      }
      if (failed.size > 0) return true
      isMore ||= isAsked
    }
    return false
  }

  const run = async (): Promise<void> => {
    try {
      for (let pause = firstPause; await putAll(); pause = Math.min(pause * 2, maxPause)) {
        // It does not keep a process alive that has nothing else to do.
        await setTimeout(pause, undefined, { ref: false, signal: closing.signal })
      }
    } catch (error) {
      if (closing.signal.aborted) return
      log.warn({ err: error }, `events were not put on their streams: ${error}`)
    } finally {
      running = undefined
    }
  }

  const wake = () => {
    isAsked = true
    // Later, so that the call that has caused the events is answered first.
    running ??= new Promise(resolve => setImmediate(resolve)).then(run)
  }
  const unfollow = bus.follow(({ kind }) => {
    if (kind === 'state') generation++
    if (kind === 'messages' || kind === 'events' || kind === 'clock' || kind === 'state') wake()
  })
  // What an earlier process has left.
  wake()

  return {
    async close() {
      unfollow()
      if (away.size === 0) {
        await Promise.race([running, setTimeout(closeTimeout, undefined, { ref: false })])
      }
      closing.abort()
      await running
      puts.close()
    },
  }
}

/** Creates a function that gives what puts records on a stream; undefined where its service is not set. */
function createPuts({ kinesisEndpoint, firehoseEndpoint, credentials }: StreamSettings) {
  const known = new Map<string, Put>()
  const clients = new Set<{ destroy(): void }>()
  const connect = async (endpoint: string, region: string) => {
    const { NodeHttpHandler } = await import('@smithy/node-http-handler')
    // Local servers speak no HTTP/2, which the client of Kinesis would use.
    const requestHandler = new NodeHttpHandler({ connectionTimeout: 5_000, requestTimeout: 30_000 })
    return { endpoint, region, credentials, requestHandler, maxAttempts: 1 }
  }

  const kinesis = (endpoint: string, region: string, StreamName: string): Put => {
    const load = once(async () => {
      const sdk = await import('@aws-sdk/client-kinesis')
      const client = new sdk.KinesisClient(await connect(endpoint, region))
      clients.add(client)
      return { sdk, client }
    })
    return async records => {
      const { sdk, client } = await load()
      const Records = records.map(record => ({
        Data: Buffer.from(record),
        PartitionKey: partitionOf(record),
      }))
      const answer = await client.send(new sdk.PutRecordsCommand({ StreamName, Records }))
      return records.filter((_, index) => answer.Records?.[index]?.ErrorCode !== undefined)
    }
  }

  // Records on Firehose end with a line break, as it writes them one after the other (assumed).
  const firehose = (endpoint: string, region: string, DeliveryStreamName: string): Put => {
    const load = once(async () => {
      const sdk = await import('@aws-sdk/client-firehose')
      const client = new sdk.FirehoseClient(await connect(endpoint, region))
      clients.add(client)
      return { sdk, client }
    })
    return async records => {
      const { sdk, client } = await load()
      const Records = records.map(record => ({ Data: Buffer.from(`${record}\n`) }))
      const answer = await client.send(new sdk.PutRecordBatchCommand({ DeliveryStreamName, Records }))
      return records.filter((_, index) => answer.RequestResponses?.[index]?.ErrorCode !== undefined)
    }
  }

  const putOf = (arn: string): Put | undefined => {
    const found = known.get(arn)
    if (found !== undefined) return found
    const [, , service, region = '', , path = ''] = arn.split(':')
    const name = path.slice(path.indexOf('/') + 1)
    const put =
      service === 'kinesis'
        ? kinesisEndpoint && kinesis(kinesisEndpoint, region, name)
        : firehoseEndpoint && firehose(firehoseEndpoint, region, name)
    if (!put) return undefined
    known.set(arn, put)
    return put
  }
  return Object.assign(putOf, {
    close() {
      for (const client of clients) client.destroy()
    },
  })
}

/** Records of one endpoint stay in their order (assumed). */
const partitionOf = (record: string): string =>
  (JSON.parse(record) as EventRecord).client.client_id.slice(0, 256) || 'none'

/** Loads once; again after a failure. */
function once<T>(load: () => Promise<T>): () => Promise<T> {
  let loaded: Promise<T> | undefined
  return () => {
    loaded ??= load().catch(error => {
      loaded = undefined
      throw error
    })
    return loaded
  }
}
