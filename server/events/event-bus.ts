import type { Call } from '../http/call-log/call.ts'
import type { JobKind } from '../model/job-kinds.ts'
import type { TemplateKey } from '../model/template.ts'

/** Identifies a job. */
export interface JobRef {
  kind: JobKind
  /** Id of its application. */
  app: string
  id: string
}

/**
 * What happens in this process. An event says what it is about; how that stands now, the store
 * says.
 */
export type Event =
  /** A job has come to a status, or waits to be let go on. */
  | { kind: 'job'; job: JobRef }
  /**
   * Any job may stand otherwise: a caller has created or deleted something, or has changed how jobs
   * advance; or the worker has died.
   */
  | { kind: 'jobs' }
  /** The database holds another state, after a reset or from a snapshot. */
  | { kind: 'state'; by: 'reset' | 'restore' }
  /** The clock has been set or moved. */
  | { kind: 'clock' }
  /** Messages have been written to the outbox, all of one application. */
  | { kind: 'messages'; app: string; ids: readonly number[] }
  /** Events of one application have been recorded, without messages. */
  | { kind: 'events'; app: string }
  /** The event stream of an application has been put or deleted. */
  | { kind: 'event-stream'; app: string }
  /** A caller has written or deleted a template, one of its versions, or its tags. */
  | { kind: 'template'; key: TemplateKey }
  /** A caller has written or deleted a channel of an application, or has written its settings. */
  | { kind: 'settings'; app: string }
  /** A caller has removed an application, a campaign, a journey, messages, or the log of calls. */
  | { kind: 'removed'; what: 'app' | 'messages' | 'requests'; app?: string }
  | { kind: 'removed'; what: 'campaign' | 'journey'; app: string; id: string }
  /** A call of Pinpoint's has been answered. */
  | { kind: 'call'; call: Call }

/** The one stream of events of this process. */
export class EventBus {
  readonly #followers = new Set<(event: Event) => void>()

  emit(event: Event): void {
    for (const follow of this.#followers) follow(event)
  }

  /** Calls a function with every event from now on. Returns what ends that. */
  follow(follower: (event: Event) => void): () => void {
    this.#followers.add(follower)
    return () => void this.#followers.delete(follower)
  }

  /**
   * Waits for something in the store, without polling: looks now, and again after each event that
   * may have changed what there is to see. So no event can be missed.
   *
   * @param mayMatter whether an event may have changed it
   * @param look returns what is waited for; undefined while it is not there
   * @throws what `look` throws; the signal's reason
   */
  waitFor<T>(
    mayMatter: (event: Event) => boolean,
    look: () => T | undefined,
    signal: AbortSignal,
  ): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>()
    const lookNow = () => {
      try {
        signal.throwIfAborted()
        const found = look()
        if (found === undefined) return
        resolve(found)
      } catch (error) {
        reject(error)
      }
      end()
    }
    const unfollow = this.follow(event => {
      if (mayMatter(event)) lookNow()
    })
    const end = () => {
      unfollow()
      signal.removeEventListener('abort', lookNow)
    }
    signal.addEventListener('abort', lookNow)
    lookNow()
    return promise
  }
}

/** Whether an event may concern a job: what it has come to, or whether it is there at all. */
export const mayConcern =
  (jobId: string) =>
  (event: Event): boolean =>
    event.kind === 'job' ? event.job.id === jobId : event.kind === 'jobs' || event.kind === 'state'
