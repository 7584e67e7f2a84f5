import type { Database } from 'better-sqlite3'
import type { Fault, FaultRule } from '../../model/fault.ts'

/** The rules by which calls and jobs fail or take long. They stand in the database, and survive the process. */
export function createFaults(db: Database) {
  const insert = db.prepare('INSERT INTO faults (id, rule, times_left) VALUES (?, ?, ?)')
  const all = db.prepare<[], FaultRow>('SELECT id, rule, times_left AS timesLeft FROM faults ORDER BY seq')
  const isThere = db.prepare('SELECT 1 FROM faults WHERE id = ?')
  const remove = db.prepare('DELETE FROM faults WHERE id = ?')
  const removeAll = db.prepare('DELETE FROM faults')
  const use = db.prepare(
    'UPDATE faults SET times_left = times_left - 1 WHERE id = ? AND (times_left IS NULL OR times_left > 0)',
  )

  /** The rules about calls, as long as this connection knows that nobody has changed them. */
  let ofCalls: Fault[] | undefined

  const list = (): Fault[] =>
    all.all().map(({ id, rule, timesLeft }) => ({
      id,
      ...JSON.parse(rule),
      ...(timesLeft !== null && { timesLeft }),
    }))

  return {
    /** All rules, in the order in which they were added. */
    list,

    add(id: string, rule: FaultRule): Fault {
      ofCalls = undefined
      insert.run(id, JSON.stringify(rule), rule.times ?? null)
      return { id, ...rule, ...(rule.times !== undefined && { timesLeft: rule.times }) }
    },

    isThere: (id: string): boolean => isThere.get(id) !== undefined,

    /** Gives whether there was such a rule. */
    remove(id: string): boolean {
      ofCalls = undefined
      return remove.run(id).changes > 0
    },

    removeAll(): void {
      ofCalls = undefined
      removeAll.run()
    },

    /** Takes one of a rule's times; gives whether there was one left. To be part of a transaction. */
    use(id: string): boolean {
      ofCalls = undefined
      return use.run(id).changes > 0
    },

    /** The rules about calls. They are kept in memory, as every call asks for them, and one thread alone changes them. */
    ofCalls(): Fault[] {
      ofCalls ??= list().filter(({ job, timesLeft }) => job === undefined && timesLeft !== 0)
      return ofCalls
    },

    /** To be called when the whole database has been replaced under this connection. */
    lookAgain(): void {
      ofCalls = undefined
    },
  }
}
export type Faults = ReturnType<typeof createFaults>

interface FaultRow {
  id: string
  /** JSON, a FaultRule. */
  rule: string
  timesLeft: number | null
}
