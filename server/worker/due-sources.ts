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

/** The table of the kinds of due work that there are, in the order of `Store.dueRows`. */
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
  return [
    {
      nextDue: store.eventRecords.dueRows.nextDue,
      async runStep(now) {
        const dispatch = await loadListeners()
        dispatch(now)
        return 0
      },
    },
    {
      nextDue: store.campaignDueRows.nextDue,
      runStep: async (now, except) => (await loadCampaigns()).runStep(now, except),
    },
    {
      nextDue: store.journeyDue.nextDue,
      runStep: async (now, except) => (await loadJourneys()).runStep(now, except),
    },
  ]
}

function once<T>(load: () => T): () => T {
  let loaded: { value: T } | undefined
  return () => {
    loaded ??= { value: load() }
    return loaded.value
  }
}
