import type { Database } from 'better-sqlite3'
import type { ClockMode, ClockState } from '../../clock/clock.ts'

/**
 * The clock as it is kept with the state, so that a restart and a snapshot have it. Without a row,
 * it is real.
 */
export function createSavedClock(db: Database) {
  const get = db.prepare<[], { mode: ClockMode; time: number }>('SELECT mode, time FROM clock')
  const put = db.prepare('INSERT OR REPLACE INTO clock (only_row, mode, time) VALUES (1, ?, ?)')
  const remove = db.prepare('DELETE FROM clock')

  return {
    get(): ClockState {
      const { mode, time } = get.get() ?? { mode: 'real', time: 0 }
      if (mode === 'frozen') return { mode, now: time }
      return mode === 'offset' ? { mode, offset: time } : { mode }
    },

    put(state: ClockState): void {
      if (state.mode === 'real') remove.run()
      else put.run(state.mode, state.mode === 'frozen' ? state.now : state.offset)
    },
  }
}
