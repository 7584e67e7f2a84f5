import type { Database } from 'better-sqlite3'
import type { AppRef } from '../applications/applications.ts'

/** What a count is of. Texts that do not apply are empty. */
export interface CountKey {
  campaign: string
  journey: string
  /** Of the campaign or the journey. */
  activity: string
  /** What is counted: a type of events, mostly. */
  name: string
  /** Divides it further: a status, a country. */
  label: string
  /** Such as 2027-03-01, in UTC. */
  day: string
}

/** Something that counts once, or once in a clock hour. */
export interface Mark {
  /** The row of the message that it was done with, or a text that says what it is of. */
  of: number | string
  /** The type of the event, or what else it counts as. */
  name: string
  /** Such as 2027-03-01T09, in UTC; empty for what counts once. */
  hour: string
}

/** An activity of a campaign on a day: where endpoints are reached. */
export type Reach = Pick<CountKey, 'campaign' | 'activity' | 'day'>

/** Which counts are meant: those of some days, both included, with one of the names. */
export interface CountRange {
  names: readonly string[]
  from: string
  to: string
}

/** Those of a campaign or a journey, of all campaigns or journeys, or of what neither has sent. */
export type CountOwner =
  | { campaign: string }
  | { journey: string }
  | 'any campaign'
  | 'any journey'
  | 'neither'

/**
 * Counts of events by day, for KPIs. They stay right however few events are kept. To be called in
 * the transactions that write events.
 */
export function createEventCounts(db: Database) {
  const add = db.prepare<[CountKey & { app: number; by: number }]>(
    `INSERT INTO event_counts (app, campaign, journey, activity, name, label, day, total)
     VALUES (:app, :campaign, :journey, :activity, :name, :label, :day, :by)
     ON CONFLICT DO UPDATE SET total = total + excluded.total`,
  )
  const read = db.prepare<unknown[], CountKey & { total: number }>(
    `SELECT c.campaign, c.journey, c.activity, c.name, c.label, c.day, c.total
     FROM json_each(:names) n CROSS JOIN event_counts c
     WHERE c.app = :app AND c.name = n.value AND c.day BETWEEN :from AND :to
       AND (:campaign IS NULL OR c.campaign = :campaign) AND (:journey IS NULL OR c.journey = :journey)
       AND (:ofCampaigns IS NULL OR (c.campaign <> '') = :ofCampaigns)
       AND (:ofJourneys IS NULL OR (c.journey <> '') = :ofJourneys)`,
  )
  const has = db
    .prepare<unknown[], number>(
      `SELECT EXISTS (
         SELECT 1 FROM event_counts WHERE app = :app AND name = :name AND campaign = :campaign
           AND journey = :journey AND activity = :activity AND label = :label)`,
    )
    .pluck()
  const mark = db.prepare<[Mark & { app: number }]>(
    'INSERT OR IGNORE INTO event_marks (app, subject, name, hour) VALUES (:app, :of, :name, :hour)',
  )
  const markAgain = db.prepare<[Mark & { app: number }]>(
    `UPDATE event_marks SET hour = :hour
     WHERE app = :app AND subject = :of AND name = :name AND hour <> :hour`,
  )
  const addReached = db.prepare<[Reach & { app: number; endpoints: string; is_reached: 0 | 1 }]>(
    `INSERT INTO reached_endpoints (app, campaign, activity, day, endpoints, is_reached)
     VALUES (:app, :campaign, :activity, :day, :endpoints, :is_reached)`,
  )
  const reached = db.prepare<unknown[], Reach & { endpoints: string; is_reached: 0 | 1 }>(
    `SELECT campaign, activity, day, endpoints, is_reached FROM reached_endpoints
     WHERE app = :app AND (:campaign IS NULL OR campaign = :campaign)
       AND (day BETWEEN :from AND :to OR NOT is_reached)
     ORDER BY seq`,
  )

  const known = db
    .prepare<unknown[], number>(
      `SELECT EXISTS (SELECT 1 FROM documents WHERE app = :app AND kind = :kind AND id = :id)
         OR EXISTS (SELECT 1 FROM event_counts WHERE app = :app AND name = :name
                    AND campaign = :campaign AND journey = :journey)`,
    )
    .pluck()

  return {
    add: (app: AppRef, key: CountKey, by: number): void => void add.run({ ...key, app: app.seq, by }),

    /** Whether anything was counted under a key, on whatever day. */
    has: (app: AppRef, key: Omit<CountKey, 'day'>): boolean => has.get({ ...key, app: app.seq }) === 1,

    /**
     * Notes that something was done. Returns whether it was the first time, the first one in another
     * hour than the last, or is known of this hour.
     */
    mark(app: AppRef, given: Mark): 'first' | 'again' | 'known' {
      const values = { ...given, app: app.seq }
      if (mark.run(values).changes > 0) return 'first'
      return markAgain.run(values).changes > 0 ? 'again' : 'known'
    },

    /**
     * Notes that endpoints have got a message, or, if they count as reached by the activity until
     * now, on whatever day, that they have not got it after all.
     */
    addReached(app: AppRef, of: Reach, endpoints: readonly string[], isReached: boolean): void {
      const list = JSON.stringify(endpoints)
      addReached.run({ ...of, app: app.seq, endpoints: list, is_reached: isReached ? 1 : 0 })
    },

    /** Whether a campaign or a journey exists, or has sent something before it was deleted. */
    isKnown(app: AppRef, owner: { campaign: string } | { journey: string }): boolean {
      const { campaign = '', journey = '' } = owner as { campaign?: string; journey?: string }
      const kind = campaign === '' ? 'journey' : 'campaign'
      const asked = { app: app.seq, kind, id: campaign || journey, name: `_${kind}.send`, campaign, journey }
      return known.get(asked) === 1
    },

    read(app: AppRef, owner: CountOwner, { names, from, to }: CountRange): (CountKey & { total: number })[] {
      const nothing = { campaign: null, journey: null, ofCampaigns: null, ofJourneys: null }
      const owned =
        owner === 'any campaign'
          ? { ofCampaigns: 1 }
          : owner === 'any journey'
            ? { ofJourneys: 1 }
            : owner === 'neither'
              ? { ofCampaigns: 0, ofJourneys: 0 }
              : owner
      return read.all({ ...nothing, ...owned, app: app.seq, names: JSON.stringify(names), from, to })
    },

    /** The ids of the endpoints that have got a message on some days, by activity and day. */
    reached(
      app: AppRef,
      campaign: string | undefined,
      { from, to }: Omit<CountRange, 'names'>,
    ): (Reach & { endpoints: Set<string> })[] {
      const activities = new Map<string, Map<string, Reach & { endpoints: Set<string> }>>()
      for (const row of reached.iterate({ app: app.seq, campaign: campaign ?? null, from, to })) {
        const { endpoints, is_reached, ...of } = row
        const activity = `${of.campaign}/${of.activity}`
        const days = activities.get(activity) ?? new Map<string, Reach & { endpoints: Set<string> }>()
        activities.set(activity, days)
        const ids = JSON.parse(endpoints) as string[]
        if (is_reached === 1) {
          const ofDay = days.get(of.day) ?? { ...of, endpoints: new Set() }
          days.set(of.day, ofDay)
          for (const id of ids) ofDay.endpoints.add(id)
        } else for (const ofDay of days.values()) for (const id of ids) ofDay.endpoints.delete(id)
      }
      return [...activities.values()].flatMap(days => [...days.values()])
    },
  }
}
export type EventCounts = ReturnType<typeof createEventCounts>
