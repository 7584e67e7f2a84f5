import type { Database } from 'better-sqlite3'
import type { AppRef } from './applications.ts'

/** A channel of an application. */
export interface Channel {
  platform: string
  enabled: boolean
  version: number
  /** ISO 8601, as is the next. */
  creationDate: string
  lastModifiedDate: string
  settings: ChannelSettings
}

/** The members of a channel that were given. A secret is not kept: that it was given is `true`. */
export type ChannelSettings = Record<string, string | true>

type Row = Omit<Channel, 'enabled' | 'settings'> & { enabled: number; settings: string }

/** The channels of the applications: each has one or none of a platform. */
export function createChannels(db: Database) {
  const select = `SELECT platform, enabled, version, creation_date AS creationDate,
    last_modified_date AS lastModifiedDate, settings FROM channels WHERE app = ?`
  const list = db.prepare<[number], Row>(`${select} ORDER BY platform`)
  const get = db.prepare<[number, string], Row>(`${select} AND platform = ?`)
  const put = db.prepare(
    `INSERT INTO channels VALUES (:app, :platform, :enabled, 1, :now, :now, :settings)
     ON CONFLICT (app, platform) DO UPDATE SET enabled = excluded.enabled, version = version + 1,
       last_modified_date = excluded.last_modified_date, settings = excluded.settings`,
  )
  const remove = db.prepare('DELETE FROM channels WHERE app = ? AND platform = ?')

  const toChannel = (row: Row): Channel => ({
    ...row,
    enabled: row.enabled === 1,
    settings: JSON.parse(row.settings),
  })

  return {
    get(app: AppRef, platform: string): Channel | undefined {
      const row = get.get(app.seq, platform)
      return row && toChannel(row)
    },

    list: (app: AppRef): Channel[] => list.all(app.seq).map(toChannel),

    /** Creates a channel with version 1, or overwrites one and raises its version. */
    put(
      app: AppRef,
      { platform, enabled, settings }: Pick<Channel, 'platform' | 'enabled' | 'settings'>,
      now: string,
    ): void {
      const row = {
        app: app.seq,
        platform,
        enabled: Number(enabled),
        settings: JSON.stringify(settings),
        now,
      }
      put.run(row)
    },

    delete: (app: AppRef, platform: string): void => void remove.run(app.seq, platform),
  }
}
