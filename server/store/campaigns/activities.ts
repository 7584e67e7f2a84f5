import type { Database } from 'better-sqlite3'
import type { Listed, Page } from '../../model/page.ts'
import type { AppRef } from '../applications/applications.ts'
import { isNotIn } from '../clock/due-rows.ts'
import type { MemberCursor } from '../segments/members.ts'

export type ActivityState = 'PENDING' | 'INITIALIZING' | 'RUNNING' | 'PAUSED' | 'CANCELLED' | 'COMPLETED'

/** A run of a treatment of a campaign. Times are milliseconds since 1970. */
export interface CampaignActivity {
  seq: number
  id: string
  /** The campaign's row. */
  campaign: number
  /** The version of the campaign that it sends. */
  version: number
  treatment: number
  state: ActivityState
  result: 'SUCCESS' | 'FAIL' | null
  scheduled_start: number
  start_time: number | null
  end_time: number | null
  /** When its next step is due; null once it is over. */
  due: number | null
  /** 1 while it waits for the time that MessagesPerSecond has given to its next messages; else 0. */
  has_reservation: 0 | 1
  /** Id of the only recipient, of a run that an event has started. */
  endpoint: string | null
  /**
   * The last row of `endpoints` when it began: a member that is created again later would be listed twice.
   */
  newest_endpoint: number
  /** The last member that was looked at; null once all were. */
  member_cursor: MemberCursor | null
  total: number
  successful: number
  timezones_total: number
  timezones_completed: number
  counters: Record<string, number>
}

/** An activity whose next step is due. */
export interface DueActivity extends CampaignActivity {
  app: AppRef
  /** Id of the campaign. */
  campaignId: string
  due: number
}

/** What is known of a run before it begins. */
export type NewActivity = Pick<
  CampaignActivity,
  'id' | 'campaign' | 'version' | 'treatment' | 'scheduled_start' | 'endpoint' | 'member_cursor'
> & { due: number }

/** An endpoint that a run by local time is going to send to. */
export interface Target {
  due: number
  number: number
  endpoint: string
  definition: string | null
}

type Row = Omit<CampaignActivity, 'member_cursor' | 'counters'> & {
  member_cursor: string | null
  counters: string
}

/** What comes of a run: FAIL if it has targeted endpoints and sent to none (assumed). */
const outcome = (total: string, successful: string): string =>
  `iif(${total} > 0 AND ${successful} = 0, 'FAIL', 'SUCCESS')`

/** The runs of campaigns, and where each is to go on. */
export function createCampaignActivities(db: Database) {
  const insert = db.prepare(
    `INSERT INTO campaign_activities
       (id, campaign, version, treatment, state, scheduled_start, due, endpoint, member_cursor, newest_endpoint)
     VALUES (:id, :campaign, :version, :treatment, 'PENDING', :scheduled_start, :due, :endpoint, :member_cursor,
       (SELECT coalesce(max(seq), 0) FROM endpoints))`,
  )
  const update = db.prepare(
    `UPDATE campaign_activities SET state = :state,
       result = iif(:due IS NULL, ifnull(:result, ${outcome(':total', ':successful')}), :result), start_time = :start_time, end_time = :end_time,
       due = :due, has_reservation = :has_reservation, member_cursor = :member_cursor, total = :total, successful = :successful,
       timezones_total = :timezones_total, timezones_completed = :timezones_completed, counters = :counters
     WHERE seq = :seq AND due IS NOT NULL`,
  )
  const cancel = db.prepare(
    `UPDATE campaign_activities SET state = 'CANCELLED', result = ${outcome('total', 'successful')}, end_time = ?, due = NULL
     WHERE campaign = ? AND due IS NOT NULL`,
  )
  const nextDue = db.prepare<[string], Row & { app: number; appId: string; campaignId: string }>(
    `SELECT y.*, d.app, a.id AS appId, d.id AS campaignId
     FROM campaign_activities y CROSS JOIN documents d ON d.seq = y.campaign CROSS JOIN apps a ON a.seq = d.app
     WHERE d.id IS NOT NULL AND a.id IS NOT NULL AND y.due IS NOT NULL AND ${isNotIn('d.app')}
     ORDER BY y.due, y.seq LIMIT 1`,
  )
  const isOpen = db
    .prepare<[number], number>(
      `SELECT 1 FROM campaign_activities y CROSS JOIN documents d ON d.seq = y.campaign CROSS JOIN apps a ON a.seq = d.app
     WHERE y.seq = ? AND y.due IS NOT NULL AND d.id IS NOT NULL AND a.id IS NOT NULL`,
    )
    .pluck()
  const list = db.prepare<unknown[], Row>(
    'SELECT * FROM campaign_activities WHERE campaign = +:campaign AND seq < +:before ORDER BY seq DESC LIMIT +:limit',
  )
  const addTarget = db.prepare(
    `INSERT INTO campaign_targets (activity, due, number, endpoint, definition)
     VALUES (:activity, :due, :number, :endpoint, :definition)`,
  )
  const targets = db.prepare<[number, number], Target>(
    `SELECT due, number, endpoint, definition FROM campaign_targets WHERE activity = ? ORDER BY due, number LIMIT ?`,
  )
  const removeTarget = db.prepare(
    'DELETE FROM campaign_targets WHERE activity = ? AND due = ? AND number = ?',
  )
  const nextTarget = db
    .prepare<[number], number | null>('SELECT min(due) FROM campaign_targets WHERE activity = ?')
    .pluck()
  const countWaves = db
    .prepare<[number], number>('SELECT count(DISTINCT due) FROM campaign_targets WHERE activity = ?')
    .pluck()

  return {
    /** Adds a run. */
    create({ member_cursor, ...activity }: NewActivity): void {
      insert.run({ ...activity, member_cursor: member_cursor && JSON.stringify(member_cursor) })
    },

    /**
     * The run whose step is due first.
     *
     * @param except rows of applications whose runs are left out
     */
    nextDue(except: readonly number[] = []): DueActivity | undefined {
      const row = nextDue.get(JSON.stringify(except))
      if (row === undefined) return undefined
      const { app, appId, campaignId, ...activity } = row
      return { ...toActivity(activity), app: { seq: app, id: appId }, campaignId, due: row.due! }
    },

    /** Whether a run goes on: it is not over, and neither its campaign nor its application is deleted. */
    isOpen: (seq: number): boolean => isOpen.get(seq) === 1,

    /** Writes how far a run has come. If it is over now, it gets its result, unless it has one already. */
    update({ member_cursor, counters, ...activity }: CampaignActivity): void {
      update.run({
        ...activity,
        member_cursor: member_cursor && JSON.stringify(member_cursor),
        counters: JSON.stringify(counters),
      })
    },

    /** Cancels all runs of a campaign that are not over. @param now milliseconds since 1970 */
    cancel: (campaign: number, now: number): void => void cancel.run(now, campaign),

    /** The runs of a campaign, the newest first. */
    list: (campaign: number, page: Page): Listed<CampaignActivity>[] =>
      list.all({ campaign, ...page }).map(row => ({ seq: row.seq, value: toActivity(row) })),

    addTarget: (activity: number, target: Target): void => void addTarget.run({ activity, ...target }),

    /** The targets of a run that are due first. */
    targets: (activity: number, limit: number): Target[] => targets.all(activity, limit),

    removeTarget: (activity: number, { due, number }: Target): void =>
      void removeTarget.run(activity, due, number),

    /** When the next target of a run is due. */
    nextTarget: (activity: number): number | undefined => nextTarget.get(activity) ?? undefined,

    /** How many different times the targets of a run are due at. */
    countWaves: (activity: number): number => countWaves.get(activity)!,
  }
}

const toActivity = ({ member_cursor, counters, ...row }: Row): CampaignActivity => ({
  ...row,
  member_cursor: member_cursor === null ? null : JSON.parse(member_cursor),
  counters: JSON.parse(counters),
})
