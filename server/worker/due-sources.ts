import type { SendingContext, StepResult } from '../audience/sending.ts'
import type { DueRows } from '../store/clock/due-rows.ts'
import type { Store } from '../store/open-store.ts'

/** Due rows of one kind, and what is done with them. */
export interface DueSource extends Pick<DueRows, 'nextDue'> {
  /**
   * Does one step of what is due first: as much as takes some milliseconds. Afterwards these rows
   * are gone, or due later.
   *
   * @param now the time at which it is due, which the step takes for the present
   * @param except rows of applications whose work is left out, as for `nextDue`
   */
  runStep(now: Date, except: readonly number[]): Promise<StepResult>
}

/** What due work of all kinds needs beside the store. */
export type DueResources = Omit<SendingContext, 'store'>

/** The kinds of due work, one for each of `Store.dueRows`, in their order. */
export function createDueSources(store: Store, resources: DueResources): DueSource[] {
  // What sends is loaded when something is due for the first time.
  const loadCampaigns = once(async () => {
    const { createCampaignRuns } = await import('../campaigns/run-campaigns.ts')
    return createCampaignRuns({ ...resources, store })
  })
  const loadJourneys = once(async () => {
    const { createJourneySteps } = await import('../journeys/run-journeys.ts')
    return createJourneySteps({ ...resources, store })
  })
  const loadListeners = once(async () => {
    const { createEventListeners, dispatchEvents } = await import('./event-listeners.ts')
    const listeners = createEventListeners(store)
    return (now: Date) => dispatchEvents(store, listeners, now)
  })
  const steps: Record<keyof Store['dueRows'], DueSource['runStep']> = {
    async events(now) {
      const dispatch = await loadListeners()
      dispatch(now)
      return 0
    },
    campaigns: async (now, except) => (await loadCampaigns()).runStep(now, except),
    journeys: async (now, except) => (await loadJourneys()).runStep(now, except),
  }
  return Object.entries(store.dueRows).map(([kind, { nextDue }]) => ({
    nextDue,
    runStep: steps[kind as keyof typeof steps],
  }))
}

function once<T>(load: () => T): () => T {
  let loaded: { value: T } | undefined
  return () => {
    loaded ??= { value: load() }
    return loaded.value
  }
}
