import type { Database } from 'better-sqlite3'
import { type DueRows, isNotIn } from '../clock/due-rows.ts'
import type { Place } from './journey-participants.ts'

/** What is due next of a journey, and when, in milliseconds since 1970. */
export type DueOfJourney = {
  /** The row of the journey. */
  journey: number
  time: number
} & (
  | {
      /**
       * - enter: members of a segment go on entering
       * - run: a run begins
       * - end: endpoints stop entering
       */
      what: 'enter' | 'run' | 'end'
    }
  | { what: 'go on'; at: Pick<Place, 'due' | 'isFixed'> }
)

interface Row {
  journey: number
  nextRun: number | null
  ends: number | null
  /** When the run began whose members enter. */
  entering: number | null
  activeSince: number
  shift: number
  /** Whether the segment has another version than that whose members entered; when it got it. */
  changed: string | null
  /** The earliest times of participants: those that pauses move, and those that they do not. */
  floating: number | null
  fixed: number | null
}

/** What is due of journeys that are ACTIVE or CLOSED. */
export function createJourneyDue(db: Database) {
  const isGoing = `j.state IN ('ACTIVE', 'CLOSED') AND d.id IS NOT NULL AND a.id IS NOT NULL`
  const from =
    'journeys j INDEXED BY journeys_going JOIN documents d ON d.seq = j.document JOIN apps a ON a.seq = d.app'
  const earliest = (isFixed: 0 | 1) =>
    `(SELECT min(due) FROM journey_participants
      WHERE journey = j.document AND is_fixed = ${isFixed} AND due IS NOT NULL)`
  const all = db.prepare<[string], Row>(
    `SELECT j.document AS journey, j.next_run AS nextRun, j.ends,
       j.entering ->> 'since' AS entering, j.active_since AS activeSince, j.shift,
       (SELECT v.creation_date FROM documents s JOIN document_versions v ON v.document = s.seq AND v.version = s.version
        WHERE s.app = d.app AND s.kind = 'segment' AND s.id = j.refreshes_on AND s.version <> j.segment_version
       ) AS changed,
       ${earliest(0)} AS floating, ${earliest(1)} AS fixed
     FROM ${from} WHERE ${isGoing} AND ${isNotIn('d.app')} ORDER BY j.document`,
  )
  const count = db
    .prepare<[], number>(
      `SELECT coalesce(sum((j.next_run IS NOT NULL) + (j.ends IS NOT NULL) + (j.entering IS NOT NULL)
         + (SELECT count(*) FROM journey_participants WHERE journey = j.document AND due IS NOT NULL)), 0)
       FROM ${from} WHERE ${isGoing}`,
    )
    .pluck()
  const active = db
    .prepare<[], string>(
      `SELECT d.id FROM journeys j JOIN documents d ON d.seq = j.document JOIN apps a ON a.seq = d.app
       WHERE (${isGoing} OR j.state = 'PAUSED' AND d.id IS NOT NULL AND a.id IS NOT NULL) LIMIT 1`,
    )
    .pluck()

  const setBack = db.prepare(
    `UPDATE journeys SET active_since = min(active_since, :now), paused_at = min(paused_at, :now),
       rate_second = min(rate_second, :now), rate_used = iif(rate_second > :now, 0, rate_used),
       entering = iif(entering ->> 'since' > :now, json_set(entering, '$.since', :now), entering)
     WHERE active_since > :now OR paused_at > :now OR rate_second > :now OR entering ->> 'since' > :now`,
  )
  // A first run that begins at once, and has yet to. One that has a StartTime is to come.
  const setStartsBack = db.prepare(
    'UPDATE journeys SET next_run = :now WHERE next_run > :now AND starts IS NULL',
  )
  // A change of its segment that it has yet to come to begins its run now.
  const setChangesBack = db.prepare(
    `UPDATE document_versions SET creation_date = :now WHERE creation_date > :now AND (document, version) IN (
       SELECT s.seq, s.version FROM journeys j JOIN documents d ON d.seq = j.document
       JOIN documents s ON s.app = d.app AND s.kind = 'segment' AND s.id = j.refreshes_on
       WHERE s.version <> j.segment_version)`,
  )
  const setEntriesBack = db.prepare('UPDATE journey_participants SET entered_at = ? WHERE entered_at > ?')
  // Who would go on at once, but for the rate, does so, and asks for the rate again. Waits stay.
  const setPlacesBack = db.prepare(
    `UPDATE journey_participants SET phase = 'arrived', due = :now - j.shift FROM journeys j
     WHERE j.document = journey AND is_fixed = 0 AND phase IN ('arrived', 'admitted') AND due + j.shift > :now`,
  )

  /**
   * The first that is due; of several at the same time, that of the oldest journey.
   *
   * @param except rows of applications whose journeys are left out
   */
  const next = (except: readonly number[] = []): DueOfJourney | undefined => {
    let first: DueOfJourney | undefined
    for (const row of all.all(JSON.stringify(except))) {
      const due = nextOfJourney(row)
      if (due !== undefined && due.time < (first?.time ?? Number.POSITIVE_INFINITY)) first = due
    }
    return first
  }

  return {
    next,
    nextDue: except => next(except)?.time,
    pending: () => count.get()!,
    active() {
      const id = active.get()
      return id === undefined ? undefined : `journey ${id}`
    },
    setBack(now) {
      setStartsBack.run({ now })
      setBack.run({ now })
      setChangesBack.run({ now: new Date(now).toISOString() })
      setEntriesBack.run(now, now)
      setPlacesBack.run({ now })
    },
  } satisfies DueRows & { next: typeof next }
}

/** Of several at the same time, the run begins first, then its members enter, then they go on. */
function nextOfJourney(row: Row): DueOfJourney | undefined {
  const { journey, entering, nextRun, changed, ends, floating, fixed, shift, activeSince } = row
  const candidates: DueOfJourney[] = []
  // While members enter, no other run begins.
  if (entering !== null) candidates.push({ journey, time: entering, what: 'enter' })
  else {
    if (nextRun !== null) candidates.push({ journey, time: nextRun, what: 'run' })
    if (changed !== null) candidates.push({ journey, time: Date.parse(changed), what: 'run' })
    if (ends !== null) candidates.push({ journey, time: ends, what: 'end' })
  }
  if (floating !== null) {
    candidates.push({ journey, time: floating + shift, what: 'go on', at: { due: floating, isFixed: false } })
  }
  if (fixed !== null)
    candidates.push({ journey, time: fixed, what: 'go on', at: { due: fixed, isFixed: true } })
  let first: DueOfJourney | undefined
  for (const candidate of candidates) {
    // Nothing happened in a pause: what was due then is due when the journey goes on.
    const time = Math.max(candidate.time, activeSince)
    if (first === undefined || time < first.time) first = { ...candidate, time }
  }
  return first
}
