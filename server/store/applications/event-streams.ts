import type { Database } from 'better-sqlite3'
import type { EventStream, WriteEventStream } from '../../model/event-stream.ts'
import type { AppRef } from './applications.ts'

interface EventStreamRow {
  destination_stream_arn: string
  role_arn: string
  last_modified_date: string
}

/** The repository of event streams. An application has one or none. */
export function createEventStreams(db: Database) {
  const get = db.prepare<[number], EventStreamRow>('SELECT * FROM event_streams WHERE app = ?')
  const put = db.prepare('INSERT OR REPLACE INTO event_streams VALUES (?, ?, ?, ?)')
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
  }
}
