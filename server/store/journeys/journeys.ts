import type { Database } from 'better-sqlite3'
import type { ApplicationSettingsResource } from '../../model/application-settings.ts'
import type { JourneyDefinition, State } from '../../model/journey.ts'
import type { Listed, Page } from '../../model/page.ts'
import type { AppRef } from '../applications/applications.ts'
import type { Documents } from '../documents/documents.ts'
import type { MemberCursor } from '../segments/members.ts'

/** What a journey takes from its application where it says nothing itself. */
export type JourneyDefaults = Pick<ApplicationSettingsResource, 'JourneyLimits' | 'QuietTime'>

/** How far the members of a segment have entered in a run. */
export interface Entering {
  /** The row of the run. */
  run: number
  /** When it began, in milliseconds since 1970. */
  since: number
  /** What clocks show everywhere when participants of a journey by local time begin; as UTC. */
  localStart?: number
  /** The last member that has entered. */
  after: MemberCursor
}

/** What changes while a journey goes on. Times are milliseconds since 1970. */
export interface JourneyProgress {
  state: State
  startsByEvent: boolean
  /** Whether events start it, or decide a split of it. */
  listensToEvents: boolean
  /**
   * When the first run was to begin, from which all are counted. Without a StartTime, null until that run has
   * begun, and for good where events start the journey; null for a draft.
   */
  starts: number | null
  /** When the next run was to begin: it does so when the journey is active. */
  nextRun: number | null
  /** When endpoints stop entering. */
  ends: number | null
  /** The version whose members entered last. */
  segmentVersion: number | null
  /** The segment whose next version begins a run. */
  refreshesOn: string | null
  entering: Entering | null
  pausedAt: number | null
  /** When it was published, or went on after a pause. */
  activeSince: number | null
  /** By how much pauses have moved the times that are not fixed. */
  shift: number
  /** The last second in which messages were sent, and how many. */
  rateSecond: number
  rateUsed: number
}

/** A journey as it is stored. */
export interface Journey extends JourneyProgress {
  /** The row of its document. */
  document: number
  app: AppRef
  id: string
  arn: string
  /** ISO 8601. */
  creationDate: string
  lastModifiedDate: string
  definition: JourneyDefinition
  defaults: JourneyDefaults
}

type Row = Omit<
  Journey,
  'app' | 'definition' | 'defaults' | 'startsByEvent' | 'listensToEvents' | 'entering'
> & {
  app: number
  appId: string
  body: string
  defaults: string
  startsByEvent: number
  listensToEvents: number
  entering: string | null
}

/** The columns of progress, by the names of its members. */
const progressColumns = {
  state: 'state',
  startsByEvent: 'starts_by_event',
  listensToEvents: 'listens',
  starts: 'starts',
  nextRun: 'next_run',
  ends: 'ends',
  segmentVersion: 'segment_version',
  refreshesOn: 'refreshes_on',
  entering: 'entering',
  pausedAt: 'paused_at',
  activeSince: 'active_since',
  shift: 'shift',
  rateSecond: 'rate_second',
  rateUsed: 'rate_used',
} as const satisfies Record<keyof JourneyProgress, string>

/**
 * The journeys of all applications: documents with one version, and what becomes of them. Journeys
 * that are deleted, and those of deleted applications, do not exist for its methods.
 */
export function createJourneys(db: Database, documentsOf: Documents) {
  const documents = documentsOf<JourneyDefinition, string>('journey', (_app, { id }) => id)
  const progress = Object.entries(progressColumns).map(([name, column]) => `j.${column} AS ${name}`)
  const select = `SELECT j.document, a.seq AS app, a.id AS appId, d.id, d.arn, d.creation_date AS creationDate,
      v.last_modified_date AS lastModifiedDate, v.body, j.defaults, ${progress}
    FROM journeys j JOIN documents d ON d.seq = j.document JOIN apps a ON a.seq = d.app
    JOIN document_versions v ON v.document = d.seq AND v.version = d.version
    WHERE d.id IS NOT NULL AND a.id IS NOT NULL`
  const get = db.prepare<[number, string], Row>(`${select} AND d.app = ? AND d.kind = 'journey' AND d.id = ?`)
  const getByDocument = db.prepare<[number], Row>(`${select} AND j.document = ?`)
  const list = db.prepare<Page & { app: number }, Row>(
    `${select} AND d.app = +:app AND d.kind = 'journey' AND d.seq < +:before ORDER BY d.seq DESC LIMIT +:limit`,
  )
  const insert = db.prepare(
    `INSERT INTO journeys (document, state, defaults, starts_by_event, listens) VALUES (?, 'DRAFT', ?, 0, 0)`,
  )
  const countActive = db.prepare<[], { active: number; event: number }>(
    `SELECT count(*) AS active, coalesce(sum(j.starts_by_event), 0) AS event
     FROM journeys j JOIN documents d ON d.seq = j.document JOIN apps a ON a.seq = d.app
     WHERE j.state = 'ACTIVE' AND d.id IS NOT NULL AND a.id IS NOT NULL`,
  )
  const isListening = `listens = 1 AND state IN ('ACTIVE', 'CLOSED', 'PAUSED')`
  const listening = db.prepare<[number], Row>(
    `${select} AND d.app = ? AND d.kind = 'journey' AND ${isListening} ORDER BY j.document`,
  )
  const anyListening = db
    .prepare<[], number>(`SELECT 1 FROM journeys INDEXED BY journeys_listening WHERE ${isListening} LIMIT 1`)
    .pluck()

  return {
    get(app: AppRef, id: string): Journey | undefined {
      const row = get.get(app.seq, id)
      return row && toJourney(row)
    },

    byDocument(document: number): Journey | undefined {
      const row = getByDocument.get(document)
      return row && toJourney(row)
    },

    /** Those that were created last come first. */
    list: (app: AppRef, page: Page): Listed<Journey>[] =>
      list.all({ ...page, app: app.seq }).map(row => ({ seq: row.document, value: toJourney(row) })),

    /**
     * The journeys of an application that events start, or that have a split on events, the oldest
     * first: those that are ACTIVE, CLOSED or PAUSED.
     */
    listening: (app: AppRef): Journey[] => listening.all(app.seq).map(toJourney),

    /** Whether any journey waits for events. */
    isAnyListening: (): boolean => anyListening.get() === 1,

    /** How many journeys of the account are ACTIVE, and how many of these start by an event. */
    countActive: () => countActive.get()!,

    /** Creates a DRAFT. */
    create(
      app: AppRef,
      { id, definition, defaults }: { id: string; definition: JourneyDefinition; defaults: JourneyDefaults },
      now: string,
    ): void {
      const { document } = documents.create(app, { id, body: definition, tags: {} }, now)
      insert.run(document, JSON.stringify(defaults))
    },

    /** Replaces what a journey says, and dates the change. */
    replace({ app, id }: Journey, definition: JourneyDefinition, now: string): void {
      documents.replaceVersion(app, id, 1, definition, now)
    },

    /** Changes members of a journey's progress. */
    update({ document }: Pick<Journey, 'document'>, change: Partial<JourneyProgress>): void {
      const names = Object.keys(change) as (keyof JourneyProgress)[]
      if (names.length === 0) return
      const values = names.map(name => {
        const value = change[name]!
        if (typeof value === 'boolean') return Number(value)
        return typeof value === 'object' && value !== null ? JSON.stringify(value) : value
      })
      const columns = names.map(name => `${progressColumns[name]} = ?`)
      db.prepare(`UPDATE journeys SET ${columns} WHERE document = ?`).run(...values, document)
    },

    /** Deletes a journey, with its tags. `store/purge.ts` purges its rows. */
    delete: ({ app, id }: Journey): void => documents.delete(app, id),
  }
}
export type Journeys = ReturnType<typeof createJourneys>

function toJourney({
  app,
  appId,
  body,
  defaults,
  startsByEvent,
  listensToEvents,
  entering,
  ...row
}: Row): Journey {
  return {
    ...row,
    app: { seq: app, id: appId },
    definition: JSON.parse(body),
    defaults: JSON.parse(defaults),
    startsByEvent: startsByEvent === 1,
    listensToEvents: listensToEvents === 1,
    entering: entering === null ? null : JSON.parse(entering),
  }
}
