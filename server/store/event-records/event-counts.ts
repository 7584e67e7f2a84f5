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

/** What is to count once. */
export interface Mark extends Pick<CountKey, 'campaign' | 'activity' | 'name' | 'day'> {
  /** An endpoint or a message. */
  subject: string
}

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
  const mark = db.prepare<[Mark & { app: number }]>(
    `INSERT OR IGNORE INTO event_marks (app, name, campaign, activity, subject, day)
     VALUES (:app, :name, :campaign, :activity, :subject, :day)`,
  )
  const unmark = db.prepare<[Omit<Mark, 'day'> & { app: number }]>(
    `DELETE FROM event_marks WHERE app = :app AND name = :name AND campaign = :campaign
       AND activity = :activity AND subject = :subject`,
  )
  const marked = db.prepare<unknown[], { campaign: string; activity: string; subject: string; day: string }>(
    `SELECT campaign, activity, subject, day FROM event_marks
     WHERE app = :app AND name = :name AND (:campaign IS NULL OR campaign = :campaign)
       AND day BETWEEN :from AND :to`,
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

    /** Marks a subject. Returns whether it was not marked before. */
    mark: (app: AppRef, given: Mark): boolean => mark.run({ ...given, app: app.seq }).changes > 0,

    /** Removes the marks of a subject, of all days. */
    unmark: (app: AppRef, given: Omit<Mark, 'day'>): void => void unmark.run({ ...given, app: app.seq }),

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

    /** The marked subjects, one after the other. */
    marked: (
      app: AppRef,
      name: string,
      campaign: string | undefined,
      { from, to }: Omit<CountRange, 'names'>,
    ): IterableIterator<Pick<Mark, 'campaign' | 'activity' | 'subject' | 'day'>> =>
      marked.iterate({ app: app.seq, name, campaign: campaign ?? null, from, to }),
  }
}
export type EventCounts = ReturnType<typeof createEventCounts>
