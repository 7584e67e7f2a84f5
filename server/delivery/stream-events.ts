import { setTimeout } from 'node:timers/promises'
import type { EventBus } from '../events/event-bus.ts'
import type { StreamCursor } from '../store/applications/event-streams.ts'
import type { EventRow } from '../store/event-records/event-records.ts'
import type { Store } from '../store/open-store.ts'
import { recordOf } from './events/message-events.ts'
import {
  createSink,
  type RefusedRecords,
  type Sink,
  type StreamedEvent,
  type StreamSettings,
} from './stream-sink.ts'

/*
 * Puts the records of the event stream on the Kinesis and Firehose streams that PutEventStream names,
 * in their order. The tables of messages and events are the queue, so their limits bound it. How far
 * each stream has got them is a cursor in the database: after a kill, a missing answer, or a restart
 * while a stream refuses some, the last batch may come twice, and none is lost. Each stream has a loop
 * and pauses of its own, so one that takes no records delays no other. Events of the bus wake the
 * loops; nobody waits for them.
 */

export interface StreamOptions {
  store: Pick<Store, 'eventRecords' | 'eventStreams' | 'write'>
  bus: EventBus
  log: Record<'info' | 'warn', (members: object, text: string) => void>
  /** Milliseconds before the second attempt; each further pause is twice as long. */
  firstPause?: number
  /** Milliseconds that a stream may take to answer a request. */
  answerTimeout?: number
}

/** Records of a request, and their bytes: Firehose takes 4 MB, Kinesis 5 (source: API references). */
const batch = { records: 500, bytes: 3_500_000 }

/** The longest pause between two attempts, in milliseconds. */
const maxPause = 5_000

/** Milliseconds that `close` waits for the requests under way. */
const closeTimeout = 1_000

/** After which events of the bus there may be something to put, or other streams to put it on. */
const wakingKinds = new Set(['messages', 'events', 'clock', 'event-stream', 'removed', 'state'])

/**
 * Starts to put events on streams.
 *
 * @returns what stops it. Events that wait are put at the next start
 */
export function startEventStreams(
  settings: StreamSettings,
  { bus, ...options }: StreamOptions,
): { close(): Promise<void> } {
  const { store, log } = options
  /** By ARN: the streams that applications name now. */
  const loops = new Map<string, StreamLoop>()
  let due: NodeJS.Immediate | undefined

  const end = (arn: string, loop: StreamLoop) => {
    loops.delete(arn)
    loop.end()
  }

  const wakeAll = () => {
    clearImmediate(due)
    due = undefined
    try {
      const named = new Set(store.eventStreams.arns())
      for (const [arn, loop] of loops) if (!named.has(arn)) end(arn, loop)
      for (const arn of named) {
        const sink = loops.has(arn) ? undefined : createSink(arn, settings)
        if (sink !== undefined) loops.set(arn, createLoop(arn, sink, options))
        loops.get(arn)?.wake()
      }
    } catch (error) {
      log.warn({ err: error }, `events were not put on their streams: ${error}`)
    }
  }
  // Later, so that the call that has caused the events is answered first.
  const wakeSoon = () => {
    due ??= setImmediate(wakeAll)
  }

  const unfollow = bus.follow(({ kind }) => {
    // Cursors are of one state.
    if (kind === 'state') for (const [arn, loop] of loops) end(arn, loop)
    if (wakingKinds.has(kind)) wakeSoon()
  })
  // What an earlier process has left.
  wakeSoon()

  return {
    async close() {
      unfollow()
      wakeAll()
      await Promise.all([...loops.values()].map(loop => loop.close()))
    },
  }
}

/** What puts the events of all applications that name a stream on it. */
interface StreamLoop {
  /** Says that there may be events. */
  wake(): void
  /** Ends at once, the request under way too. */
  end(): Promise<void>
  /** Ends once the events that wait are put, or when that takes long. */
  close(): Promise<void>
}

function createLoop(
  arn: string,
  sink: Sink,
  { store, log, firstPause = 100, answerTimeout = 30_000 }: Omit<StreamOptions, 'bus'>,
): StreamLoop {
  const { eventRecords, eventStreams } = store
  const ending = new AbortController()
  const { signal } = ending
  /** By application: events of its last batch that need not be put again with those that were refused. */
  const done = new Map<number, Set<number>>()
  /** By application: up to which id it has no events that are not put, where that is beyond its cursor. */
  const idleUpTo = new Map<number, number>()
  let running: Promise<void> | undefined
  let pause = firstPause
  let isAway = false
  /** Records that the stream would never take. */
  let givenUp = 0

  const isTooLarge = ({ bytes }: StreamedEvent) => bytes > sink.maxRecordBytes

  const giveUp = ({ id, bytes }: StreamedEvent): void => {
    givenUp++
    log.warn(
      { stream: arn, event: id, bytes, givenUp },
      `the event ${id} is not put on ${arn}: it has ${bytes} bytes, and a record has at most ${sink.maxRecordBytes}; events given up so far: ${givenUp}`,
    )
  }

  const put = async (events: StreamedEvent[]): Promise<RefusedRecords> => {
    const inTime = AbortSignal.timeout(answerTimeout)
    try {
      return await sink.put(events, AbortSignal.any([signal, inTime]))
    } catch (error) {
      signal.throwIfAborted()
      const { message, name } = error as Error
      const reason = inTime.aborted ? `it has not answered within ${answerTimeout / 1000} s` : message || name
      return new Map(events.map(({ id }) => [id, reason]))
    }
  }

  /** Notes how a request went. The log says once that events wait: when a stream takes none of a request. */
  const note = (events: StreamedEvent[], refused: RefusedRecords): void => {
    const [reason] = refused.values()
    if (refused.size < events.length) pause = firstPause
    else if (reason !== undefined && !isAway) {
      isAway = true
      log.warn(
        { stream: arn, reason },
        `events wait, as ${arn} does not take them: ${reason}; they are tried again at least every ${maxPause / 1000} s`,
      )
    }
  }

  /** Puts the next events of an application. Returns whether the stream has taken them all. */
  const putBatch = async (stream: StreamCursor, from: number, events: StreamedEvent[]): Promise<boolean> => {
    const { app, cursor } = stream
    const mayHaveLost = eventRecords.removedUpTo() > from
    const left = events.filter(event => !isTooLarge(event) && !done.get(app.seq)?.has(event.id))
    const refused: RefusedRecords = left.length === 0 ? new Map() : await put(left)
    note(left, refused)
    done.set(app.seq, new Set(events.map(({ id }) => id).filter(id => !refused.has(id))))
    const [firstRefused] = refused.keys()
    const reached = firstRefused === undefined ? events.at(-1)!.id : firstRefused - 1
    if (reached > cursor) {
      if (mayHaveLost) {
        log.warn(
          { stream: arn },
          `events may have been removed before ${arn} has got them: raise OUTBOX_LIMIT`,
        )
      }
      for (const event of events) if (event.id <= reached && isTooLarge(event)) giveUp(event)
      await store.write(() => {
        signal.throwIfAborted()
        eventStreams.moveCursor(stream, reached)
      })
    }
    return refused.size === 0
  }

  /** Puts events until there are none. */
  const run = async (): Promise<void> => {
    try {
      for (;;) {
        let isAny = false
        let isAllTaken = true
        for (const stream of eventStreams.cursors(arn)) {
          // Looked up again, as the request of another application may have taken long.
          if (!eventStreams.isCurrent(stream)) continue
          const { app, cursor } = stream
          const from = Math.max(cursor, idleUpTo.get(app.seq) ?? 0)
          const last = eventRecords.last()
          const events = cutBatch(eventRecords.after(app, from, batch.records))
          if (events.length === 0) {
            idleUpTo.set(app.seq, last)
            continue
          }
          isAny = true
          if (!(await putBatch(stream, from, events))) isAllTaken = false
        }
        if (!isAny) return
        if (!isAllTaken) {
          // It does not keep a process alive that has nothing else to do.
          await setTimeout(pause, undefined, { ref: false, signal })
          pause = Math.min(pause * 2, maxPause)
        } else if (isAway) {
          isAway = false
          log.info({ stream: arn }, `${arn} takes events again`)
        }
      }
    } catch (error) {
      if (!signal.aborted) log.warn({ err: error }, `events were not put on ${arn}: ${error}`)
    } finally {
      running = undefined
    }
  }

  const end = async (): Promise<void> => {
    ending.abort()
    await running
    sink.close()
  }

  return {
    // Begun later, as a run without events is over at once.
    wake() {
      running ??= Promise.resolve().then(run)
    },
    end,
    async close() {
      if (!isAway) await Promise.race([running, setTimeout(closeTimeout, undefined, { ref: false })])
      await end()
    },
  }
}

/** The first of some events, as many as a request may have. */
function cutBatch(rows: EventRow[]): StreamedEvent[] {
  const events = rows.slice(0, batch.records).map(toStreamed)
  let total = 0
  const end = events.findIndex(({ bytes }, index) => {
    total += bytes
    return index > 0 && total > batch.bytes
  })
  return end === -1 ? events : events.slice(0, end)
}

/** The partition is the endpoint's, so that its records stay in their order (assumed). */
function toStreamed(event: EventRow): StreamedEvent {
  const record = recordOf(event)
  const json = JSON.stringify(record)
  const partition = record.client.client_id.slice(0, 256) || 'none'
  return { id: event.id, json, bytes: Buffer.byteLength(json), partition }
}
