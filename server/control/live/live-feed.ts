import { Readable } from 'node:stream'
import { wallClock } from '../../clock/clock.ts'
import type { Event } from '../../events/event-bus.ts'
import { version } from '../../version.ts'
import { clockStatus } from '../clock.ts'
import { readId } from '../find-records.ts'
import { NewCalls, NewMessages } from './batches.ts'
import { JobSource } from './job-source.ts'
import type { LiveEvents, LiveKind } from './shapes.ts'
import type { LiveContext, Publish, Source } from './source.ts'
import { createWatchedSources } from './watched-sources.ts'

/** What a listener wants. */
export interface Subscription {
  kinds: ReadonlySet<LiveKind>
  /** Id of an application: no events of others. */
  app: string | undefined
  /** The id of the last event that it has received, if it has been here before. */
  lastId: string | undefined
}

/** Milliseconds between two looks at what has changed, and so between two batches. */
const tick = 250

/** Milliseconds after which a line is sent even if nothing happens, so that proxies keep the stream. */
const heartbeat = 15_000

/** Events that are kept for listeners who come back, and their bytes. */
const kept = { events: 1000, bytes: 512 * 1024 }

/** Bytes that may wait for a listener to read them. One that is slower is cut, and comes back. */
const maxUnsent = 1024 * 1024

/** Milliseconds for which events are still kept when the last listener has left. */
const linger = 10_000

/** Milliseconds after which a browser connects again. */
const retry = 1000

/** A source that takes this share of the time at most: others have to be answered meanwhile. */
const maxShare = 1 / 20

/** Kinds that every listener gets. */
const always: readonly LiveKind[] = ['hello', 'state', 'resync']

interface KeptEvent {
  seq: number
  kind: LiveKind
  apps: string | (string | undefined)[] | undefined
  data: unknown
  /** As it is sent to those who want all of it. */
  text: string
}

interface Listener extends Pick<Subscription, 'kinds' | 'app'> {
  stream: Readable
}

/**
 * The live feed: tells listeners what happens. Bus events tell of jobs, messages, calls, templates
 * and settings; what else was written is found by looking, when the database says that something was.
 *
 * While nobody listens, it has no timers, follows nothing and keeps nothing.
 */
export class LiveFeed {
  readonly #context: LiveContext
  readonly #listeners = new Set<Listener>()
  /**
   * The id of the newest event. It begins with the time, so that ids grow from one process to the
   * next, and an id of an earlier one is never taken for a later one.
   */
  #seq = wallClock().getTime()
  /** The newest events, and their bytes. */
  #kept: KeptEvent[] = []
  #keptBytes = 0
  /** The id of the last event that was dropped from them. */
  #dropped = 0
  /** The kinds of events that are published, each since an id. */
  #since = new Map<LiveKind, number>()
  readonly #sources: { source: Source; isStale: boolean; notBefore: number }[]
  readonly #jobs: JobSource
  readonly #messages: NewMessages
  readonly #calls: NewCalls
  /** What the database held at the last look. */
  #version = ''
  /** Ends what goes on while somebody listens; undefined while nobody does. */
  #stop: (() => void) | undefined
  #lingering: NodeJS.Timeout | undefined
  #isLookingSoon = false
  #isReplaced = false

  constructor(context: LiveContext) {
    this.#context = context
    const publish: Publish = (kind, data, app) => this.#publish(kind, data, app)
    this.#jobs = new JobSource(context.store, publish)
    this.#messages = new NewMessages(context.store, publish)
    this.#calls = new NewCalls(publish)
    const sources = [this.#jobs, ...createWatchedSources(context, () => this.#appsWanted(), publish)]
    this.#sources = sources.map(source => ({ source, isStale: false, notBefore: 0 }))
  }

  /**
   * Adds a listener.
   *
   * @param signal ends its stream
   * @returns its stream, which begins with `hello`, and after that what it has missed. It is
   *   destroyed when too much waits to be read
   */
  open({ kinds, app, lastId }: Subscription, signal: AbortSignal): Readable {
    const wanted = new Set([...always, ...kinds])
    const stream = new Readable({ read() {} })
    if (signal.aborted) {
      stream.push(null)
      return stream
    }
    const listener: Listener = { kinds: wanted, app, stream }
    this.#listeners.add(listener)
    try {
      this.#begin(wanted)
      const { store, accessKeyId } = this.#context
      stream.push(`retry: ${retry}\n`)
      const hello = {
        version,
        seq: this.#seq,
        clock: clockStatus(this.#context),
        jobControl: store.jobControl.get(),
        accessKeyId,
      }
      // The id of an event that is sent again after it: else it would be missed after a second cut.
      const missed = lastId === undefined ? [] : this.#missedBy(listener, lastId)
      stream.push(format(missed?.length ? missed[0]!.seq - 1 : this.#seq, 'hello', hello))
      if (missed === undefined) stream.push(format(this.#seq, 'resync', {}))
      else for (const event of missed) this.#send(event, listener)
    } catch (error) {
      this.#remove(listener)
      throw error
    }
    signal.addEventListener('abort', () => {
      this.#remove(listener)
      stream.push(null)
    })
    return stream
  }

  /** Ends everything at once when the last listener has left. */
  close(): void {
    this.#listeners.clear()
    this.#end()
  }

  /** The applications of which listeners want nothing but their events. */
  #appsWanted(): string[] {
    return [...this.#listeners].flatMap(({ app }) => app ?? [])
  }

  /** Makes sure that all events of some kinds are published from now on. */
  #begin(kinds: Iterable<LiveKind>): void {
    clearTimeout(this.#lingering)
    if (this.#stop === undefined) {
      this.#version = this.#context.store.dataVersion()
      const unfollow = this.#context.bus.follow(event => this.#onEvent(event))
      // They do not keep the process alive.
      const ticks = setInterval(() => this.#guard(() => this.#tick()), tick).unref()
      const heartbeats = setInterval(() => this.#beat(), heartbeat).unref()
      this.#stop = () => {
        unfollow()
        clearInterval(ticks)
        clearInterval(heartbeats)
      }
    }
    const added = [...kinds].filter(kind => !this.#since.has(kind))
    for (const { source } of this.#sources) {
      if (!this.#isWanted(source) && source.kinds.some(kind => added.includes(kind))) source.start()
    }
    for (const kind of added) this.#since.set(kind, this.#seq)
  }

  #remove(listener: Listener): void {
    this.#listeners.delete(listener)
    if (this.#listeners.size > 0 || this.#stop === undefined) return
    clearTimeout(this.#lingering)
    this.#lingering = setTimeout(() => this.#end(), linger).unref()
  }

  /** Ends all that goes on while somebody listens. */
  #end(): void {
    clearTimeout(this.#lingering)
    this.#stop?.()
    this.#stop = undefined
    this.#kept = []
    this.#keptBytes = 0
    this.#since.clear()
    // What happens from now on is missed by those who have come to this id.
    this.#seq++
    this.#jobs.forget()
    this.#messages.forget()
    this.#calls.forget()
  }

  /** @returns the events after an id that a listener wants; undefined if not all of them are kept */
  #missedBy({ kinds }: Listener, lastId: string): KeptEvent[] | undefined {
    const last = readId(lastId) ?? Number.NaN
    const first = Math.max(this.#dropped, ...[...kinds].map(kind => this.#since.get(kind)!))
    const isKept = last >= first && last <= this.#seq
    return isKept ? this.#kept.filter(({ seq }) => seq > last) : undefined
  }

  /** Never throws, as the one who emits the event has nothing to do with it. */
  #onEvent(event: Event): void {
    if (event.kind === 'messages') {
      if (this.#since.has('messages')) this.#messages.add(event.ids)
    } else if (event.kind === 'call') {
      if (this.#since.has('requests')) this.#calls.add(event.call)
    } else if (event.kind === 'job') {
      if (!this.#isWanted(this.#jobs)) return
      this.#jobs.note(event.job)
      this.#lookSoon()
    } else if (event.kind === 'state') {
      for (const part of [this.#jobs, this.#messages, this.#calls]) part.forget()
      this.#publish('state', { by: event.by })
      this.#isReplaced = true
      this.#lookSoon()
    } else if (event.kind === 'template') {
      if (this.#since.has('template')) this.#publish('template', event.key)
    } else if (event.kind === 'settings') {
      if (this.#since.has('settings')) this.#publish('settings', { app: event.app }, event.app)
    } else if (event.kind === 'removed') {
      const { what, app } = event
      const id = 'id' in event ? { id: event.id } : {}
      this.#publish('resync', what === 'app' ? {} : { kinds: [what], ...id }, app)
    }
  }

  /** Looks at what bus events have told of, once for all events of a moment. */
  #lookSoon(): void {
    if (this.#isLookingSoon) return
    this.#isLookingSoon = true
    setImmediate(() => {
      this.#isLookingSoon = false
      if (this.#stop === undefined) return
      this.#guard(() => {
        if (this.#isReplaced) this.#startAgain()
        this.#jobs.lookAtNoted()
      })
    })
  }

  /** Takes what is there after the state was replaced as known. */
  #startAgain(): void {
    this.#isReplaced = false
    this.#version = this.#context.store.dataVersion()
    for (const entry of this.#sources) {
      entry.isStale = false
      if (this.#isWanted(entry.source)) entry.source.start()
    }
  }

  #isWanted({ kinds }: Source): boolean {
    return kinds.some(kind => this.#since.has(kind))
  }

  #tick(): void {
    this.#messages.flush()
    this.#calls.flush()
    const version = this.#context.store.dataVersion()
    if (version !== this.#version) {
      this.#version = version
      for (const entry of this.#sources) entry.isStale = true
    }
    for (const entry of this.#sources) {
      const { source, isStale, notBefore } = entry
      if (!isStale || !this.#isWanted(source)) continue
      const begin = performance.now()
      // Half a tick early, since timers are late or early by a little.
      if (begin < notBefore - tick / 2) continue
      entry.isStale = false
      source.look()
      const took = performance.now() - begin
      entry.notBefore = begin + Math.max(source.interval, took / maxShare)
    }
  }

  /** Runs what reads the database. If it cannot be read, all listeners are cut: they come back. */
  #guard(work: () => void): void {
    try {
      work()
    } catch (error) {
      this.#context.log.error({ err: error }, 'the live feed has ended: the database cannot be read')
      const streams = [...this.#listeners].map(({ stream }) => stream)
      this.#end()
      for (const stream of streams) stream.destroy()
    }
  }

  #beat(): void {
    for (const listener of this.#listeners) this.#push(listener, ':\n\n')
  }

  #publish<Kind extends LiveKind>(
    kind: Kind,
    data: LiveEvents[Kind],
    apps?: string | (string | undefined)[],
  ): void {
    if (this.#stop === undefined) return
    const seq = ++this.#seq
    const event: KeptEvent = { seq, kind, apps, data, text: format(seq, kind, data) }
    this.#keep(event)
    for (const listener of this.#listeners) this.#send(event, listener)
  }

  #keep(event: KeptEvent): void {
    this.#kept.push(event)
    this.#keptBytes += event.text.length
    while (this.#kept.length > kept.events || this.#keptBytes > kept.bytes) {
      const { seq, text } = this.#kept.shift()!
      this.#keptBytes -= text.length
      this.#dropped = seq
    }
  }

  #send(event: KeptEvent, listener: Listener): void {
    if (!listener.kinds.has(event.kind)) return
    const text = listener.app === undefined ? event.text : textFor(event, listener.app)
    if (text !== undefined) this.#push(listener, text)
  }

  #push(listener: Listener, text: string): void {
    const { stream } = listener
    if (stream.readableLength <= maxUnsent) stream.push(text)
    else {
      this.#remove(listener)
      stream.destroy()
    }
  }
}

/** The text of an event for a listener who wants those of one application. */
function textFor({ seq, kind, apps, data, text }: KeptEvent, app: string): string | undefined {
  if (!Array.isArray(apps)) return apps === undefined || apps === app ? text : undefined
  const rows = (data as unknown[]).filter((_, index) => apps[index] === app)
  return rows.length === 0 ? undefined : format(seq, kind, rows)
}

/** An event as it is sent. JSON has no line breaks. */
const format = (seq: number, kind: LiveKind, data: unknown): string =>
  `id: ${seq}\nevent: ${kind}\ndata: ${JSON.stringify(data)}\n\n`
