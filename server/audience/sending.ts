import { randomUUID } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import type { HookSettings } from '../delivery/call-hook.ts'
import {
  type Delivered,
  deliver,
  hasMessageFaults,
  planDeliveries,
  type Recipient,
  type Sending,
} from '../delivery/deliver.ts'
import { recommend } from '../delivery/recommendations.ts'
import { diskTrouble } from '../process/disk-errors.ts'
import type { AppRef } from '../store/applications/applications.ts'
import type { Store } from '../store/open-store.ts'
import type { Renderer } from '../templates/renderer.ts'

/** What campaigns and journeys send with. */
export interface SendingContext {
  store: Store
  hooks: HookSettings
  missingVariables: 'fail' | 'blank'
  loadRenderer: () => Promise<Renderer>
  /** Told of new messages in the outbox, when they are written. */
  onMessages: (app: AppRef, ids: readonly number[]) => void
  /** Told of new events where there are no new messages. */
  onEvents: (app: AppRef) => void
  /** Called with an unexpected error, and with the name of the campaign or journey that it has ended. */
  onError: (error: unknown, ended: string) => void
}

/**
 * Whether an error may be gone at the next attempt: the database is locked, its disk is at fault, or the
 * state is being replaced. The step is then tried again. Other errors of SQLite, such as a violated
 * constraint, would come again.
 */
export const isTransient = (error: unknown, { hooks }: Pick<SendingContext, 'hooks'>): boolean =>
  hooks.signal?.aborted === true ||
  diskTrouble(error) !== undefined ||
  /^SQLITE_(BUSY|LOCKED)/.test(String((error as NodeJS.ErrnoException).code))

/**
 * Runs `planDeliveries` or `planCustom` in a transaction of the worker. It is one that writes where
 * there are fault rules for messages, as their `times` are used up with it.
 */
export const planInWorker = <Planned extends object>(store: Store, plan: () => Planned[]): Planned[] =>
  hasMessageFaults(store) ? store.writeInWorker(plan) : store.read(plan)

/** Milliseconds of rendering after which other work of the thread goes on. */
const renderingSlice = 25

/**
 * Plans and renders a message for each recipient, in their order. A hostile template takes half a
 * second, so it stops once it has rendered for some milliseconds.
 *
 * @param isLong whether it renders all of them nevertheless, and pauses instead
 * @returns those that are rendered, one at least
 */
export async function renderMessages(
  context: SendingContext,
  sending: Sending,
  recipients: readonly Recipient[],
  isLong: boolean,
  now: Date,
): Promise<Delivered[]> {
  const { store, missingVariables } = context
  const planned = planInWorker(store, () => planDeliveries(store, sending, recipients))
  const recommended = await recommend(context, sending, planned)
  const renderer = await context.loadRenderer()
  const options = { missingVariables, now, uuid: randomUUID }
  const delivered: Delivered[] = []
  let begun = performance.now()
  for (const delivery of recommended) {
    if (delivered.length > 0 && performance.now() - begun > renderingSlice) {
      if (!isLong) break
      await setImmediate()
      begun = performance.now()
    }
    delivered.push(deliver(delivery, renderer, options))
  }
  return delivered
}

/** A step of due work that was for one application. */
export interface StepOfApp {
  /** Its row. */
  app: number
  /**
   * How many messages the step has sent. A promise if it takes long, as it calls a hook for example:
   * until it is kept, other applications' work may go on, but no other step of this one begins.
   */
  sent: number | Promise<number>
}

/** What comes of a step: how many messages it has sent. */
export type StepResult = number | StepOfApp
