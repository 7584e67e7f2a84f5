import type { Database } from 'better-sqlite3'

/** How far the e-mails of the outbox were handed to the mail server: the id of a message. */
export function createRelayCursor(db: Database) {
  const get = db.prepare<[], number>('SELECT message FROM smtp_relay').pluck()
  const set = db.prepare('INSERT OR REPLACE INTO smtp_relay (only_row, message) VALUES (1, ?)')
  const clear = db.prepare('DELETE FROM smtp_relay')

  return {
    /** Undefined where no mail server was set when the emulator ran last. */
    get: (): number | undefined => get.get(),

    set: (message: number): void => void set.run(message),

    clear: (): void => void clear.run(),
  }
}
