import type { HookSettings } from '../delivery/call-hook.ts'
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
}

/**
 * Runs `planDeliveries` or `planCustom` in a transaction of the worker. It is one that writes where
 * there are fault rules for messages, as their `times` are used up with it.
 */
export const planInWorker = <Planned extends object>(store: Store, plan: () => Planned[]): Planned[] =>
  store.faults.ofMessages().length > 0 ? store.writeInWorker(plan) : store.read(plan)
