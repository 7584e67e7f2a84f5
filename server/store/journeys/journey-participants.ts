import type { Database } from 'better-sqlite3'

/**
 * What a participant has done at its activity:
 *
 * - arrived: nothing yet
 * - waited: its wait is over, or the time to evaluate a split has come
 * - held: quiet time has held its message until it is due; a pause may have lasted longer
 * - admitted: it had to let others go first, and may send now
 */
export type ParticipantPhase = 'arrived' | 'waited' | 'held' | 'admitted'

/** Where a participant is to go on, and when. */
export interface Place {
  /** Key of the activity. */
  activity: string
  phase: ParticipantPhase
  /** Milliseconds since 1970; if it is not fixed, without what pauses have added. */
  due: number
  /** Whether that time does not move when the journey is paused. */
  isFixed: boolean
}

/** An endpoint that has entered a journey. */
export interface Participant {
  seq: number
  run: number
  /** The endpoint's id, as ids are compared. */
  endpoint: string
  /** The user with whose other endpoints it walks. */
  user: string | null
  /** The job that defines the endpoint without registering it. */
  importJob: number | null
  /** How often it has entered, and when it did the last time, in milliseconds since 1970. */
  entries: number
  enteredAt: number
  /** Null once it has left. */
  activity: string | null
  phase: ParticipantPhase
  /** When it goes on, as its place has it; null once it has left. */
  due: number | null
  /** The conditions on events that were met. */
  met: string[]
}

type Row = Omit<Participant, 'met'> & { met: string }

/** Who enters. */
export type NewParticipant = Pick<Participant, 'run' | 'endpoint' | 'user' | 'importJob'> & {
  journey: number
}

/** The participants of journeys. */
export function createJourneyParticipants(db: Database) {
  const select = `SELECT seq, run, endpoint, user, import_job AS importJob, entries,
      entered_at AS enteredAt, activity, phase, due, met FROM journey_participants`
  const get = db.prepare<[number, string], Row>(`${select} WHERE journey = ? AND endpoint = ?`)
  const ofUser = db.prepare<[number, string], Row>(
    `${select} WHERE journey = ? AND user = ? AND activity IS NOT NULL ORDER BY seq`,
  )
  const isDueAt = 'journey = :journey AND is_fixed = :isFixed AND due = :due'
  const due = db.prepare<unknown[], Row>(
    `${select} WHERE ${isDueAt} AND activity = (
       SELECT activity FROM journey_participants WHERE ${isDueAt} ORDER BY activity LIMIT 1)
     ORDER BY seq LIMIT :limit`,
  )
  const enter = db.prepare(
    `INSERT INTO journey_participants
       (journey, run, endpoint, user, import_job, entries, entered_at, activity, phase, due, is_fixed, met)
     VALUES (:journey, :run, :endpoint, :user, :importJob, 1, :now, :activity, :phase, :due, :isFixed, '[]')
     ON CONFLICT (journey, endpoint) DO UPDATE SET
       run = excluded.run, user = excluded.user, import_job = excluded.import_job, entries = entries + 1,
       entered_at = excluded.entered_at, activity = excluded.activity, phase = excluded.phase,
       due = excluded.due, is_fixed = excluded.is_fixed, met = '[]'`,
  )
  const move = db.prepare(
    `UPDATE journey_participants SET activity = :activity, phase = :phase, due = :due, is_fixed = :isFixed
     WHERE seq = :seq`,
  )
  const leave = db.prepare('UPDATE journey_participants SET activity = NULL, due = NULL WHERE seq = ?')
  const setMet = db.prepare('UPDATE journey_participants SET met = ? WHERE seq = ?')
  const toParticipant = ({ met, ...row }: Row): Participant => ({ ...row, met: JSON.parse(met) })
  const columnsOf = ({ isFixed, ...place }: Place) => ({ ...place, isFixed: Number(isFixed) })

  return {
    /** @param endpoint its id, as ids are compared */
    get(journey: number, endpoint: string): Participant | undefined {
      const row = get.get(journey, endpoint)
      return row && toParticipant(row)
    },

    /** The participants that walk with a user, and have not left. */
    ofUser: (journey: number, user: string): Participant[] => ofUser.all(journey, user).map(toParticipant),

    /** Participants that are due at a time, all at the same activity, in the order of their entry. */
    due: (journey: number, time: Pick<Place, 'due' | 'isFixed'>, limit: number): Participant[] =>
      due.all({ journey, due: time.due, isFixed: Number(time.isFixed), limit }).map(toParticipant),

    /** An endpoint enters a journey, or enters it again. */
    enter(participant: NewParticipant, place: Place, now: number): void {
      enter.run({ ...participant, ...columnsOf(place), now })
    },

    move(seq: number, place: Place): void {
      move.run({ ...columnsOf(place), seq })
    },

    leave: (seq: number): void => void leave.run(seq),

    setMet: (seq: number, met: readonly string[]): void => void setMet.run(JSON.stringify(met), seq),
  }
}
export type JourneyParticipants = ReturnType<typeof createJourneyParticipants>
