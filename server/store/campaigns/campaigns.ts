import type { Database } from 'better-sqlite3'
import type { CampaignHook, CampaignLimits, QuietTime } from '../../model/application-settings.ts'
import type { Schedule, WriteCampaignRequest } from '../../model/campaign.ts'
import type { Listed, Page } from '../../model/page.ts'
import type { Tags } from '../../model/tags.ts'
import type { AppRef } from '../applications/applications.ts'
import { type DueRows, isNotIn } from '../clock/due-rows.ts'
import type { Documents, DocumentVersion } from '../documents/documents.ts'

/** What a version of a campaign says: what was sent but for its tags. */
export interface CampaignBody extends Omit<WriteCampaignRequest, 'tags'> {
  SegmentId: string
  SegmentVersion: number
  Schedule: Schedule
  /** The application's settings when the campaign was created: they count where it says nothing itself. */
  inherited: { Limits: CampaignLimits; QuietTime: QuietTime; Hook: CampaignHook }
}

/** What a treatment does until something is due. */
export type CampaignPhase =
  /** It waits for its next run, or for the start of an event campaign. */
  | 'WAITING'
  /** It sends to the endpoints of events, or is shown in applications. */
  | 'LISTENING'
  | 'OVER'
  /** It cannot be sent. */
  | 'INVALID'
  /** Its segment is deleted. */
  | 'DELETED'

/** How a treatment stands: it is planned by `campaigns/plan.ts`. */
export interface TreatmentPlan {
  treatment: number
  phase: CampaignPhase
  /** Milliseconds since 1970 at which the phase ends; null for never, and while it is paused. */
  due: number | null
  /** JSON, a Timing. */
  timing: string
  /** The number of the run that is next. */
  run: number
  /** How many runs have begun. */
  begun: number
}

/** A treatment, and how many of its runs are under way. */
export interface TreatmentState extends TreatmentPlan {
  running: number
}

/** A campaign in one of its versions, with the states of its treatments as they are now. */
export interface Campaign extends DocumentVersion<CampaignBody> {
  /** Its row, by which runs and sends refer to it. */
  seq: number
  treatments: TreatmentState[]
}

/** A treatment that is due. */
export interface DueTreatment extends TreatmentPlan {
  app: AppRef
  /** The campaign's row. */
  campaign: number
  /** Id of the campaign. */
  id: string
}

/** SQL: a treatment `t` of a campaign `d` that is not deleted, nor its application `a`. */
const alive = `campaign_treatments t CROSS JOIN documents d ON d.seq = t.campaign
  CROSS JOIN apps a ON a.seq = d.app WHERE d.id IS NOT NULL AND a.id IS NOT NULL`

/** The campaigns of all applications: versioned documents, and how their treatments stand. */
export function createCampaigns(db: Database, documentsOf: Documents) {
  const rowOf = db
    .prepare<[number, string], number>(
      `SELECT seq FROM documents WHERE app = ? AND kind = 'campaign' AND id = ?`,
    )
    .pluck()
  const states = db.prepare<[number], TreatmentState>(
    `SELECT t.treatment, t.phase, t.due, t.timing, t.run, t.begun,
       (SELECT count(*) FROM campaign_activities y
        WHERE y.campaign = t.campaign AND y.treatment = t.treatment AND y.due IS NOT NULL) AS running
     FROM campaign_treatments t WHERE t.campaign = ? ORDER BY t.treatment`,
  )
  const put = db.prepare(
    `INSERT OR REPLACE INTO campaign_treatments (campaign, treatment, phase, due, timing, run, begun)
     VALUES (:campaign, :treatment, :phase, :due, :timing, :run, :begun)`,
  )
  const remove = db.prepare('DELETE FROM campaign_treatments WHERE campaign = ? AND treatment >= ?')
  const ofSegment = db.prepare<[number, string], { seq: number; id: string }>(
    `SELECT d.seq, d.id FROM documents d JOIN document_versions v ON v.document = d.seq AND v.version = d.version
     WHERE d.app = ? AND d.kind = 'campaign' AND d.id IS NOT NULL AND v.body ->> 'SegmentId' = ?`,
  )
  const ofEvents = db.prepare<[number, string], { id: string }>(
    `SELECT DISTINCT d.id FROM documents d JOIN campaign_treatments t ON t.campaign = d.seq
     WHERE d.app = ? AND d.kind = 'campaign' AND d.id IS NOT NULL
       AND t.phase IN ('WAITING', 'LISTENING') AND t.timing ->> 'frequency' = ? ORDER BY d.seq`,
  )
  const unfinished = db.prepare<[], { campaign: number; isPaused: number | null }>(
    `SELECT DISTINCT t.campaign, (
       SELECT v.body ->> 'IsPaused' FROM document_versions v WHERE v.document = d.seq AND v.version = d.version
     ) AS isPaused
     FROM ${alive} AND (t.phase IN ('WAITING', 'LISTENING') OR EXISTS (
       SELECT 1 FROM campaign_activities y WHERE y.campaign = t.campaign AND y.due IS NOT NULL))`,
  )
  const countOf = db
    .prepare<[number, string], number>(
      `SELECT count(DISTINCT t.campaign) FROM ${alive} AND d.app = ?
         AND t.phase IN ('WAITING', 'LISTENING') AND t.timing ->> 'frequency' = ?`,
    )
    .pluck()
  const nextDue = db.prepare<
    [string],
    { campaign: number; treatment: number; due: number; app: number; appId: string }
  >(
    `SELECT t.*, d.id, d.app, a.id AS appId FROM ${alive} AND t.due IS NOT NULL AND ${isNotIn('d.app')}
     ORDER BY t.due LIMIT 1`,
  )

  const documents = documentsOf<CampaignBody, Campaign>('campaign', (app, document): Campaign => {
    const seq = rowOf.get(app.seq, document.id)!
    return { ...document, seq, treatments: states.all(seq) }
  })

  const plan = (campaign: number, treatments: readonly TreatmentPlan[]): void => {
    for (const { treatment, phase, due, timing, run, begun } of treatments) {
      put.run({ campaign, treatment, phase, due, timing, run, begun })
    }
  }

  return {
    get: documents.get,
    getVersion: documents.getVersion,
    list: (app: AppRef, page: Page): Listed<Campaign>[] => documents.list(app, page),
    listVersions: documents.listVersions,

    /** Creates a campaign with version 1. To be planned in the same transaction. */
    create(app: AppRef, campaign: { id: string; body: CampaignBody; tags: Tags }, now: string): Campaign {
      documents.create(app, campaign, now)
      return documents.get(app, campaign.id)!
    },

    /** Writes the next version of a campaign that exists. */
    update(app: AppRef, id: string, body: CampaignBody, now: string): void {
      documents.update(app, id, body, now)
    },

    /** Deletes a campaign that exists, with its versions and tags. */
    delete: documents.delete,

    /** Says how some treatments of a campaign stand. */
    plan,

    /** Says how all treatments of a campaign stand. */
    planAll(campaign: number, treatments: readonly TreatmentPlan[]): void {
      remove.run(campaign, treatments.length)
      plan(campaign, treatments)
    },

    /** The campaigns that a segment is for. */
    ofSegment: (app: AppRef, segmentId: string): { seq: number; id: string }[] =>
      ofSegment.all(app.seq, segmentId),

    states: (campaign: number): TreatmentState[] => states.all(campaign),

    /** The event or in-app campaigns that are not over, oldest first. */
    ofEvents: (app: AppRef, frequency: 'EVENT' | 'IN_APP_EVENT'): Campaign[] =>
      ofEvents.all(app.seq, frequency).map(({ id }) => documents.get(app, id)!),

    /**
     * The campaigns of the account that are to begin runs, or have any under way: what their statuses need.
     */
    unfinished: (): { body: { IsPaused: boolean }; treatments: TreatmentState[] }[] =>
      unfinished.all().map(({ campaign, isPaused }) => ({
        body: { IsPaused: isPaused === 1 },
        treatments: states.all(campaign),
      })),

    /** How many event or in-app campaigns of an application are not over. */
    countOf: (app: AppRef, frequency: 'EVENT' | 'IN_APP_EVENT'): number => countOf.get(app.seq, frequency)!,

    /**
     * The treatment that is due first.
     *
     * @param except rows of applications whose treatments are left out
     */
    nextDue(except: readonly number[] = []): (DueTreatment & { due: number }) | undefined {
      const row = nextDue.get(JSON.stringify(except)) as
        | (TreatmentPlan & { campaign: number; due: number; id: string; app: number; appId: string })
        | undefined
      if (row === undefined) return undefined
      const { app, appId, ...treatment } = row
      return { ...treatment, app: { seq: app, id: appId } }
    },
  }
}
export type Campaigns = ReturnType<typeof createCampaigns>

/** What a clock has to wait for: the next runs of treatments, and the next steps of those under way. */
export function createCampaignDueRows(db: Database): DueRows {
  const activities = `campaign_activities y CROSS JOIN documents d ON d.seq = y.campaign
    CROSS JOIN apps a ON a.seq = d.app WHERE d.id IS NOT NULL AND a.id IS NOT NULL AND y.due IS NOT NULL`
  const nextTreatment = db
    .prepare<[string], number>(
      `SELECT t.due FROM ${alive} AND t.due IS NOT NULL AND ${isNotIn('d.app')} ORDER BY t.due LIMIT 1`,
    )
    .pluck()
  const nextActivity = db
    .prepare<[string], number>(
      `SELECT y.due FROM ${activities} AND ${isNotIn('d.app')} ORDER BY y.due, y.seq LIMIT 1`,
    )
    .pluck()
  const pending = db
    .prepare<[], number>(
      `SELECT (SELECT count(*) FROM ${alive} AND t.due IS NOT NULL) + (SELECT count(*) FROM ${activities})`,
    )
    .pluck()
  const active = db
    .prepare<[], string>(
      `SELECT * FROM (SELECT d.id FROM ${alive} AND (t.due IS NOT NULL OR t.phase = 'LISTENING')
       UNION ALL SELECT d.id FROM ${activities}) LIMIT 1`,
    )
    .pluck()

  // What a run has found by local time stays for that time, and runs to come stay.
  const setRunsBack = db.prepare(
    `UPDATE campaign_activities SET has_reservation = 0, due = iif(
       member_cursor IS NULL AND endpoint IS NULL,
       max(:now, ifnull((SELECT min(t.due) FROM campaign_targets t WHERE t.activity = campaign_activities.seq), :now)),
       :now)
     WHERE due > :now`,
  )
  // Runs ask for the rate again, also for what was reserved.
  const freeRates = db.prepare('DELETE FROM campaign_rates WHERE next > :now')
  // One that starts as soon as it can, unless it is paused: then its end is due.
  const setStartsBack = db.prepare(
    `UPDATE campaign_treatments SET due = :now
     WHERE due > :now AND phase = 'WAITING' AND run = 0 AND timing ->> 'isImmediate' = 1
       AND due IS NOT timing ->> 'end'`,
  )

  return {
    nextDue(except = []): number | undefined {
      const apps = JSON.stringify(except)
      const [treatment, activity] = [nextTreatment.get(apps), nextActivity.get(apps)]
      if (treatment === undefined || activity === undefined) return treatment ?? activity
      return Math.min(treatment, activity)
    },
    pending: () => pending.get()!,
    active() {
      const id = active.get()
      return id === undefined ? undefined : `campaign ${id}`
    },
    setBack(now) {
      setRunsBack.run({ now })
      freeRates.run({ now })
      setStartsBack.run({ now })
    },
  }
}
