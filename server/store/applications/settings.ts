import type { Database } from 'better-sqlite3'
import type {
  ApplicationSettingsResource,
  WriteApplicationSettingsRequest,
} from '../../model/application-settings.ts'
import type { AppRef } from './applications.ts'

interface SettingsRow {
  settings: string
  last_modified_date: string
}

/** The repository of application settings. */
export function createApplicationSettings(db: Database) {
  const get = db.prepare<[number], SettingsRow>(
    `SELECT coalesce(s.settings, '{}') AS settings,
       coalesce(s.last_modified_date, a.creation_date) AS last_modified_date
     FROM apps a LEFT JOIN application_settings s ON s.app = a.seq WHERE a.seq = ?`,
  )
  const put = db.prepare('INSERT OR REPLACE INTO application_settings VALUES (?, ?, ?)')

  return {
    /**
     * An application's settings. Hook, limits and quiet time are always objects, as Terraform's
     * provider reads their members without a check (observed); so are journey limits (assumed).
     * Without settings, LastModifiedDate is the application's CreationDate (assumed).
     */
    get(app: AppRef): ApplicationSettingsResource {
      const row = get.get(app.seq)!
      return {
        ApplicationId: app.id,
        CampaignHook: {},
        JourneyLimits: {},
        Limits: {},
        QuietTime: {},
        ...(JSON.parse(row.settings) as WriteApplicationSettingsRequest),
        LastModifiedDate: row.last_modified_date,
      }
    },

    /** Replaces the members that the change has, each as a whole. */
    put(app: AppRef, change: WriteApplicationSettingsRequest, now: string): void {
      const { settings } = get.get(app.seq)!
      const { CampaignHook, JourneyLimits, Limits, QuietTime } = { ...JSON.parse(settings), ...change }
      put.run(app.seq, JSON.stringify({ CampaignHook, JourneyLimits, Limits, QuietTime }), now)
    },
  }
}
