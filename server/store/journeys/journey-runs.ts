import type { Database } from 'better-sqlite3'
import type { JourneyRunStatus } from '../../model/journey.ts'
import type { Listed, Page } from '../../model/page.ts'

/** A run of a journey: those who entered by one start, by one refresh, or by events. */
export interface JourneyRun {
  seq: number
  journey: number
  id: string
  status: JourneyRunStatus
  /** ISO 8601, as are the next two. */
  creationTime: string
  /** When it came to its status. */
  lastUpdateTime: string
  /** When it was counted last. */
  evaluatedAt: string
  /** Participants that have not left. */
  inside: number
}

/** Counters of a run: by activity, `''` for the run as a whole, and by name. */
export type RunCounters = Record<string, Record<string, number>>

/** The runs of journeys, and what is counted in them. */
export function createJourneyRuns(db: Database) {
  const select = `SELECT seq, journey, id, status, creation_time AS creationTime,
      last_update_time AS lastUpdateTime, evaluated_at AS evaluatedAt, inside FROM journey_runs`
  const get = db.prepare<[number, string], JourneyRun>(`${select} WHERE journey = ? AND id = ?`)
  const bySeq = db.prepare<[number], JourneyRun>(`${select} WHERE seq = ?`)
  const latest = db.prepare<[number], JourneyRun>(`${select} WHERE journey = ? ORDER BY seq DESC LIMIT 1`)
  const list = db.prepare<Page & { journey: number }, JourneyRun>(
    `${select} WHERE journey = +:journey AND seq < +:before ORDER BY seq DESC LIMIT +:limit`,
  )
  const insert = db
    .prepare<unknown[], number>(
      `INSERT INTO journey_runs (journey, id, status, creation_time, last_update_time, evaluated_at)
       VALUES (:journey, :id, :status, :now, :now, :now) RETURNING seq`,
    )
    .pluck()
  const setStatus = db.prepare('UPDATE journey_runs SET status = ?, last_update_time = ? WHERE seq = ?')
  const unfinished = db.prepare<[number], JourneyRun>(
    `${select} WHERE journey = ? AND status IN ('SCHEDULED', 'RUNNING') ORDER BY seq`,
  )
  const changeInside = db.prepare(
    'UPDATE journey_runs SET inside = inside + :by, evaluated_at = :now WHERE seq = :run',
  )
  const inside = db
    .prepare<[number], number | null>('SELECT sum(inside) FROM journey_runs WHERE journey = ?')
    .pluck()
  const add = db.prepare(
    `INSERT INTO journey_metrics (run, activity, name, value) VALUES (?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET value = value + excluded.value`,
  )
  const ofRun = db.prepare<[number, string], { name: string; value: number }>(
    'SELECT name, value FROM journey_metrics WHERE run = ? AND activity = ?',
  )
  const ofJourney = db.prepare<[number, string], { name: string; value: number }>(
    `SELECT m.name, sum(m.value) AS value FROM journey_runs r CROSS JOIN journey_metrics m ON m.run = r.seq
     WHERE r.journey = ? AND m.activity = ? GROUP BY m.name`,
  )
  const evaluated = db
    .prepare<[number], string | null>('SELECT max(evaluated_at) FROM journey_runs WHERE journey = ?')
    .pluck()
  const toCounters = (rows: { name: string; value: number }[]) =>
    Object.fromEntries(rows.map(({ name, value }) => [name, value]))

  return {
    get: (journey: number, id: string): JourneyRun | undefined => get.get(journey, id),

    bySeq: (seq: number): JourneyRun | undefined => bySeq.get(seq),

    /** The run that was created last. */
    latest: (journey: number): JourneyRun | undefined => latest.get(journey),

    /** Those that were created last come first. */
    list: (journey: number, page: Page): Listed<JourneyRun>[] =>
      list.all({ ...page, journey }).map(value => ({ seq: value.seq, value })),

    /** Returns its row. */
    create: (journey: number, id: string, status: JourneyRunStatus, now: string): number =>
      insert.get({ journey, id, status, now })!,

    setStatus: (run: number, status: JourneyRunStatus, now: string): void =>
      void setStatus.run(status, now, run),

    /** The runs of a journey that are SCHEDULED or RUNNING, the oldest first. */
    unfinished: (journey: number): JourneyRun[] => unfinished.all(journey),

    /** How many participants of all runs have not left. */
    countInside: (journey: number): number => inside.get(journey) ?? 0,

    /**
     * Adds to the counters of a run. To be called in the transaction that writes what they count.
     *
     * @param inside by how many the participants inside have become more
     */
    count(run: number, counters: RunCounters, inside: number, now: string): void {
      for (const [activity, values] of Object.entries(counters)) {
        for (const [name, value] of Object.entries(values)) {
          if (value !== 0) add.run(run, activity, name, value)
        }
      }
      changeInside.run({ run, by: inside, now })
    },

    /** The counters of a run, or of one of its activities. */
    countersOfRun: (run: number, activity = ''): Record<string, number> =>
      toCounters(ofRun.all(run, activity)),

    /** The same over all runs of a journey. */
    countersOfJourney: (journey: number, activity = ''): Record<string, number> =>
      toCounters(ofJourney.all(journey, activity)),

    /** When a run of the journey was counted last; undefined without runs. */
    evaluatedAt: (journey: number): string | undefined => evaluated.get(journey) ?? undefined,
  }
}
