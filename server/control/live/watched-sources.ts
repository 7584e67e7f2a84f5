import { metricsOf } from '../../audience/counters.ts'
import { answerActivity } from '../../resources/campaigns/answer-activity.ts'
import { answerCampaign } from '../../resources/campaigns/answer-campaign.ts'
import { ofWholeJourney } from '../../resources/journeys/execution-metrics.ts'
import type { AppRef } from '../../store/applications/applications.ts'
import { countsOf } from '../apps.ts'
import { clockStatus } from '../clock.ts'
import type { CampaignEvent, JourneyEvent, LiveEvents, LiveKind } from './shapes.ts'
import type { LiveContext, Publish, Source } from './source.ts'

/** Something that is watched. */
interface Watched<Kind extends LiveKind> {
  key: string
  /** Another text whenever it has changed. */
  stamp: string
  /** The id of its application, if it belongs to one. */
  app?: string
  /** What is published when it is new or has changed. */
  describe: (isNew: boolean) => LiveEvents[Kind]
}

/** Rows of a list that are watched, the newest. */
const maxWatched = 1000

/** Applications whose counts are watched, the newest. */
const maxApps = 100

/**
 * The sources of everything that tells of its changes by nothing but the database: they compare
 * what is there with what was there at the last look.
 *
 * @param appsWanted the applications that are watched even if there are many newer ones
 */
export function createWatchedSources(
  context: LiveContext,
  appsWanted: () => string[],
  publish: Publish,
): Source[] {
  const { store } = context
  return [
    watch('clock', 250, publish, () => {
      const status = clockStatus(context)
      const { now, ...others } = status
      // A clock that ticks changes without an end.
      const stamp = JSON.stringify([others, others.mode === 'frozen' ? now : context.clock.state])
      return [{ key: '', stamp, describe: () => status }]
    }),
    watch('faults', 250, publish, () => {
      const faults = { items: store.faults.list(), jobControl: store.jobControl.get() }
      return [{ key: '', stamp: JSON.stringify(faults), describe: () => faults }]
    }),
    watch('campaign', 500, publish, () =>
      store.campaignStamps(maxWatched).map(({ app, id, stamp }) => ({
        ...keyOf(app, id),
        stamp,
        describe: isNew => ({ ...describeCampaign(context, app, id), isNew }),
      })),
    ),
    watch('journey', 500, publish, () =>
      store.journeyStamps(maxWatched).map(({ app, id, stamp }) => ({
        ...keyOf(app, id),
        stamp,
        describe: isNew => ({ ...describeJourney(context, app, id), isNew }),
      })),
    ),
    watch('counts', 1000, publish, () => {
      const newest = store.apps.list({ limit: maxApps, before: Number.MAX_SAFE_INTEGER })
      const listed = new Set(newest.map(({ value }) => value.Id))
      const others = [...new Set(appsWanted())]
        .filter(id => !listed.has(id))
        .flatMap(id => {
          const [found, value] = [store.apps.find(id), store.apps.get(id)]
          return found && value ? [{ seq: found.seq, value }] : []
        })
      return [...newest, ...others].map(({ seq, value }) => {
        const counts = countsOf(store, seq, value)
        return { key: counts.id, app: counts.id, stamp: JSON.stringify(counts), describe: () => counts }
      })
    }),
  ]
}

/**
 * Makes a source that publishes what is new or has changed.
 *
 * @param list reads what is watched, the newest first
 */
function watch<Kind extends LiveKind>(
  kind: Kind,
  interval: number,
  publish: Publish,
  list: () => Watched<Kind>[],
): Source {
  let stamps = new Map<string, string>()
  const compare = (onChange: (watched: Watched<Kind>, isNew: boolean) => void): void => {
    const found = list()
    // An unknown one behind one that is known is old: it was not among the newest before.
    let isNew = true
    for (const watched of found) {
      const known = stamps.get(watched.key)
      if (known !== undefined) isNew = false
      if (known !== watched.stamp) onChange(watched, isNew)
    }
    stamps = new Map(found.map(({ key, stamp }) => [key, stamp]))
  }
  return {
    kinds: [kind],
    interval,
    start: () => compare(() => {}),
    look: () => compare(({ app, describe }, isNew) => publish(kind, describe(isNew), app)),
  }
}

const keyOf = (app: AppRef, id: string) => ({ key: `${app.id}/${id}`, app: app.id })

function describeCampaign({ store }: LiveContext, app: AppRef, id: string): Omit<CampaignEvent, 'isNew'> {
  const campaign = store.campaigns.get(app, id)!
  const { Name, Version, LastModifiedDate, IsPaused, State } = answerCampaign(app, campaign)
  const page = { limit: campaign.treatments.length, before: Number.MAX_SAFE_INTEGER }
  const activities = store.campaignActivities.list(campaign.seq, page)
  return {
    app: app.id,
    id,
    name: Name!,
    version: Version!,
    modifiedAt: LastModifiedDate!,
    isPaused: IsPaused!,
    state: State!.CampaignStatus!,
    activities: activities.map(({ value }) => answerActivity(app, id, value)),
  }
}

function describeJourney({ store }: LiveContext, app: AppRef, id: string): Omit<JourneyEvent, 'isNew'> {
  const { document, definition, state, lastModifiedDate } = store.journeys.get(app, id)!
  const inside = store.journeyRuns.countInside(document)
  const countersOf = (activity?: string) => store.journeyRuns.countersOfJourney(document, activity)
  return {
    app: app.id,
    id,
    name: definition.Name,
    state,
    modifiedAt: lastModifiedDate,
    inside,
    metrics: metricsOf(ofWholeJourney(countersOf(), inside)),
    activities: Object.fromEntries(
      Object.keys(definition.Activities ?? {}).map(key => [key, metricsOf(countersOf(key))]),
    ),
  }
}
