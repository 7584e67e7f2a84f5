import { setTimeout } from 'node:timers/promises'
import type { EventBus } from '../events/event-bus.ts'
import type { StreamCursor } from '../store/applications/event-streams.ts'
import type { EventRow } from '../store/event-records/event-records.ts'
import type { Store } from '../store/open-store.ts'
import { recordOf } from './events/message-events.ts'

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

/** An event as it is put on a stream. */
interface StreamedEvent {
  id: number
  /** Its record, as JSON. */
  json: string
  /** Of the JSON. */
  bytes: number
  /** Records of one partition stay in their order. */
  partition: string
}

/** A stream that takes records. */
interface Sink {
  /** Puts events on the stream, as one request. Gives those that the stream has not taken. */
  put(events: StreamedEvent[]): Promise<StreamedEvent[]>
  /** The most bytes that a record may have: the stream refuses a request with a larger one for ever. */
  maxRecordBytes: number
  /** Closes the connections to the stream. */
  close(): void
}

/** Records of a request, and their bytes: Firehose takes 4 MB, Kinesis 5 (source: API references). */
const batch = { records: 500, bytes: 3_500_000 }

/**
 * Bytes of a record: Kinesis takes 1 MiB with the partition key, Firehose 1,000 KiB with the line
 * break (source: API references).
 */
const maxRecordBytes = { kinesis: 1024 * 1024 - 1024, firehose: 1000 * 1024 - 1 }

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
  const sinks = createSinks(settings)
  /** Streams that do not take records now, by their ARNs. */
  const away = new Set<string>()
  /** Counts how often the state was replaced: cursors are of one state. */
  let generation = 0
  let isAsked = false
  let running: Promise<void> | undefined
  /** Records that no stream would take. */
  let givenUp = 0

  const giveUp = (arn: string, { maxRecordBytes }: Sink, { id, bytes }: StreamedEvent): void => {
    givenUp++
    log.warn(
      { stream: arn, event: id, bytes, givenUp },
      `the event ${id} is not put on ${arn}: it has ${bytes} bytes, and a record has at most ${maxRecordBytes}; events given up so far: ${givenUp}`,
    )
  }

  /** Puts the next events of an application. Returns whether there were any. */
  const putSome = async ({ app, arn, cursor }: StreamCursor): Promise<boolean> => {
    const sink = sinks.get(arn)
    if (sink === undefined) return false
    const events = eventRecords.after(app, cursor, batch.records).slice(0, batch.records).map(toStreamed)
    if (events.length === 0) return false
    const begun = generation
    if (eventRecords.removedUpTo() > cursor) {
      log.warn({ stream: arn }, `events may have been removed before ${arn} has got them: raise OUTBOX_LIMIT`)
    }
    let total = 0
    const tooMany = events.findIndex(({ bytes }, index) => {
      total += bytes
      return index > 0 && total > batch.bytes
    })
    const fitting = tooMany === -1 ? events : events.slice(0, tooMany)
    const isTooLarge = ({ bytes }: StreamedEvent) => bytes > sink.maxRecordBytes
    let left = fitting.filter(event => !isTooLarge(event))
    for (let pause = firstPause; left.length > 0; pause = Math.min(pause * 2, maxPause)) {
      left = await sink.put(left)
      if (left.length > 0) await setTimeout(pause, undefined, { ref: false, signal: closing.signal })
    }
    // Once the others are there: until then, all of them are tried again.
    for (const event of fitting.filter(isTooLarge)) giveUp(arn, sink, event)
    const last = fitting.at(-1)!.id
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
      const streams = eventStreams.cursors()
      sinks.keep(streams.map(({ arn }) => arn))
      for (const stream of streams) {
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
      sinks.keep([])
    },
  }
}

/** The streams that records are put on, by their ARNs. Each is connected to when it is first used. */
function createSinks({ kinesisEndpoint, firehoseEndpoint, credentials }: StreamSettings) {
  const known = new Map<string, Sink>()
  const connect = async (endpoint: string, region: string) => {
    const { NodeHttpHandler } = await import('@smithy/node-http-handler')
    // Local servers speak no HTTP/2, which the client of Kinesis would use.
    const requestHandler = new NodeHttpHandler({ connectionTimeout: 5_000, requestTimeout: 30_000 })
    return { endpoint, region, credentials, requestHandler, maxAttempts: 1 }
  }

  const kinesis = (endpoint: string, region: string, StreamName: string): Sink => {
    const client = once(async () => {
      const sdk = await import('@aws-sdk/client-kinesis')
      return { sdk, client: new sdk.KinesisClient(await connect(endpoint, region)) }
    })
    return {
      maxRecordBytes: maxRecordBytes.kinesis,
      async put(events) {
        const { sdk, client: kinesis } = await client.load()
        const Records = events.map(({ json, partition }) => ({
          Data: Buffer.from(json),
          PartitionKey: partition,
        }))
        const answer = await kinesis.send(new sdk.PutRecordsCommand({ StreamName, Records }))
        return events.filter((_, index) => answer.Records?.[index]?.ErrorCode !== undefined)
      },
      close: client.close,
    }
  }

  // Records on Firehose end with a line break, as it writes them one after the other (assumed).
  const firehose = (endpoint: string, region: string, DeliveryStreamName: string): Sink => {
    const client = once(async () => {
      const sdk = await import('@aws-sdk/client-firehose')
      return { sdk, client: new sdk.FirehoseClient(await connect(endpoint, region)) }
    })
    return {
      maxRecordBytes: maxRecordBytes.firehose,
      async put(events) {
        const { sdk, client: firehose } = await client.load()
        const Records = events.map(({ json }) => ({ Data: Buffer.from(`${json}\n`) }))
        const answer = await firehose.send(new sdk.PutRecordBatchCommand({ DeliveryStreamName, Records }))
        return events.filter((_, index) => answer.RequestResponses?.[index]?.ErrorCode !== undefined)
      },
      close: client.close,
    }
  }

  return {
    /** Undefined where no endpoint of the stream's service is set. */
    get(arn: string): Sink | undefined {
      const found = known.get(arn)
      if (found !== undefined) return found
      const [, , service, region = '', , path = ''] = arn.split(':')
      const name = path.slice(path.indexOf('/') + 1)
      const sink =
        service === 'kinesis'
          ? kinesisEndpoint && kinesis(kinesisEndpoint, region, name)
          : firehoseEndpoint && firehose(firehoseEndpoint, region, name)
      if (!sink) return undefined
      known.set(arn, sink)
      return sink
    },

    /** Closes all others, as no application names them any more. */
    keep(arns: readonly string[]): void {
      for (const [arn, sink] of known) {
        if (arns.includes(arn)) continue
        sink.close()
        known.delete(arn)
      }
    },
  }
}

/** The partition is the endpoint's, so that its records stay in their order (assumed). */
function toStreamed(event: EventRow): StreamedEvent {
  const record = recordOf(event)
  const json = JSON.stringify(record)
  const partition = record.client.client_id.slice(0, 256) || 'none'
  return { id: event.id, json, bytes: Buffer.byteLength(json), partition }
}

/** Loads a client once; again after a failure. */
function once<T extends { client: { destroy(): void } }>(open: () => Promise<T>) {
  let loaded: Promise<T> | undefined
  return {
    load(): Promise<T> {
      loaded ??= open().catch(error => {
        loaded = undefined
        throw error
      })
      return loaded
    },
    close(): void {
      loaded?.then(
        ({ client }) => client.destroy(),
        () => {},
      )
    },
  }
}
