import type { FastifyInstance } from 'fastify'
import type { LiveEvents, LiveKind } from './shapes.ts'

/** What the live feed needs from the application. */
export type LiveContext = Pick<FastifyInstance, 'store' | 'clock' | 'bus' | 'log' | 'accessKeyId'>

/**
 * Publishes an event.
 *
 * @param app the id of the application that it is about; for an array, of each of its rows. Without
 *   it, the event is for everybody
 */
export type Publish = <Kind extends LiveKind>(
  kind: Kind,
  data: LiveEvents[Kind],
  app?: string | (string | undefined)[],
) => void

/** Where events of some kinds come from. */
export interface Source {
  /** It is looked at only if one of them is wanted. */
  kinds: readonly LiveKind[]
  /** Milliseconds between two looks, at least. */
  interval: number
  /** Takes what is there now as known. */
  start(): void
  /** Publishes what is different from what is known. Called after something was written. */
  look(): void
}
