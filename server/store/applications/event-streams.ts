import type { Database } from 'better-sqlite3'
import type { EventStream, WriteEventStream } from '../../model/event-stream.ts'
import type { AppRef } from './applications.ts'

interface EventStreamRow {
  destination_stream_arn: string
  role_arn: string
  last_modified_date: string
}

/** How far a stream has got events. */
export interface StreamCursor {
  app: AppRef
  arn: string
  /** Id of the last event. */
  cursor: number
}

/** The repository of event streams. An application has one or none. */
export function createEventStreams(db: Database) {
  const get = db.prepare<[number], EventStreamRow>('SELECT * FROM event_streams WHERE app = ?')
  const put = db.prepare(
    `INSERT INTO event_streams (app, destination_stream_arn, role_arn, last_modified_date, last_event)
     VALUES (?, ?, ?, ?, coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'event_records'), 0))
     ON CONFLICT DO UPDATE SET role_arn = excluded.role_arn, last_modified_date = excluded.last_modified_date,
       last_event = iif(destination_stream_arn = excluded.destination_stream_arn, last_event, excluded.last_event),
       destination_stream_arn = excluded.destination_stream_arn`,
  )
  const named = 'FROM event_streams s JOIN apps a ON a.seq = s.app WHERE a.id IS NOT NULL'
  const at = 'app = ? AND destination_stream_arn = ? AND last_event = ?'
  const arns = db.prepare<[], string>(`SELECT DISTINCT s.destination_stream_arn ${named}`).pluck()
  const cursors = db.prepare<[string], { seq: number; id: string; cursor: number }>(
    `SELECT a.seq, a.id, s.last_event AS cursor ${named} AND s.destination_stream_arn = ?`,
  )
  const isCurrent = db.prepare<[number, string, number], number>(`SELECT 1 ${named} AND ${at}`).pluck()
  const moveCursor = db.prepare(`UPDATE event_streams SET last_event = ? WHERE ${at}`)
  const remove = db.prepare('DELETE FROM event_streams WHERE app = ?')

  return {
    /**
     * An application's event stream. It has no ExternalId, which is deprecated and no longer used
     * (source: API reference), and no LastUpdatedBy, as there are no IAM users.
     */
    get(app: AppRef): EventStream | undefined {
      const row = get.get(app.seq)
      return (
        row && {
          ApplicationId: app.id,
          DestinationStreamArn: row.destination_stream_arn,
          LastModifiedDate: row.last_modified_date,
          RoleArn: row.role_arn,
        }
      )
    },

    put(app: AppRef, { DestinationStreamArn, RoleArn }: WriteEventStream, now: string): void {
      put.run(app.seq, DestinationStreamArn, RoleArn, now)
    },

    delete: (app: AppRef): void => void remove.run(app.seq),

    /** The ARNs of all streams. */
    arns: (): string[] => arns.all(),

    /** The applications that name a stream, each with its last event that the stream has got. */
    cursors: (arn: string): StreamCursor[] =>
      cursors.all(arn).map(({ seq, id, cursor }) => ({ app: { seq, id }, arn, cursor })),

    /**
     * Whether a cursor is up to date: its application still names the stream, which has got nothing later.
     */
    isCurrent: ({ app, arn, cursor }: StreamCursor): boolean =>
      isCurrent.get(app.seq, arn, cursor) !== undefined,

    /** Notes that a stream has got all events up to one. Does nothing if the cursor is out of date. */
    moveCursor: ({ app, arn, cursor }: StreamCursor, event: number): void =>
      void moveCursor.run(event, app.seq, arn, cursor),
  }
}
