import type { Database } from 'better-sqlite3'
import type { CallFault, Fault, FaultRule, MessageFault } from '../../model/fault.ts'

/** The repository of fault rules. They are part of the state, and survive the process. */
export function createFaults(db: Database) {
  const insert = db.prepare('INSERT INTO faults (id, rule, times_left) VALUES (?, ?, ?)')
  const all = db.prepare<[], FaultRow>('SELECT id, rule, times_left AS timesLeft FROM faults ORDER BY seq')
  const isThere = db.prepare('SELECT 1 FROM faults WHERE id = ?')
  const remove = db.prepare('DELETE FROM faults WHERE id = ?')
  const removeAll = db.prepare('DELETE FROM faults')
  const use = db.prepare(
    'UPDATE faults SET times_left = times_left - 1 WHERE id = ? AND (times_left IS NULL OR times_left > 0)',
  )

  /** A cache of the rules about calls; undefined when it has to be read. */
  let ofCalls: CallFault[] | undefined

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

    /** Returns whether there was such a rule. */
    remove(id: string): boolean {
      ofCalls = undefined
      return remove.run(id).changes > 0
    },

    removeAll(): void {
      ofCalls = undefined
      removeAll.run()
    },

    /**
     * Uses up one of a rule's `times`. Returns whether one was left. To be called in a transaction.
     */
    use(id: string): boolean {
      ofCalls = undefined
      return use.run(id).changes > 0
    },

    /**
     * The rules about calls, from the cache: every call needs them, and only this thread changes
     * them.
     */
    ofCalls(): CallFault[] {
      ofCalls ??= list().filter(isForCalls)
      return ofCalls
    },

    /** The rules about messages whose `times` are not used up, read anew. */
    ofMessages: (): MessageFault[] => list().filter(isForMessages),

    /** Empties the cache. To be called when the state has been replaced. */
    lookAgain(): void {
      ofCalls = undefined
    },
  }
}
export type Faults = ReturnType<typeof createFaults>

const isForMessages = (rule: Fault): rule is MessageFault =>
  typeof rule.message === 'object' && rule.status !== undefined && rule.timesLeft !== 0

const isForCalls = (rule: Fault): rule is CallFault =>
  rule.job === undefined &&
  rule.status === undefined &&
  typeof rule.message !== 'object' &&
  rule.timesLeft !== 0

interface FaultRow {
  id: string
  /** JSON, a FaultRule. */
  rule: string
  timesLeft: number | null
}
