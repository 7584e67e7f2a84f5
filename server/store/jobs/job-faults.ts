import type { Database } from 'better-sqlite3'
import type { Fault, JobSelector } from '../../model/fault.ts'
import { type JobKind, jobWords } from '../../model/job-kinds.ts'
import { matchesWildcard } from '../../model/wildcard.ts'
import type { Faults } from '../faults/fault-rules.ts'
import { type Job, jobTables } from './job-rows.ts'

/** The members of a job's definition that a rule can select it by. */
interface Definition {
  S3Url?: string
  S3UrlPrefix?: string
  Format?: string
}

/** Finds the fault rules that apply to the jobs of one kind. */
export function createJobFaults(db: Database, kind: JobKind, faults: Faults) {
  const { type } = jobWords[kind]
  const { table } = jobTables[kind]
  const isAny = db
    .prepare<[], number>(`SELECT EXISTS (SELECT 1 FROM faults WHERE rule ->> 'job' IS NOT NULL)`)
    .pluck()
  const find = db.prepare<[number], { definition: string; decided: string }>(
    `SELECT definition, faults AS decided FROM ${table} WHERE seq = ?`,
  )
  const decide = db.prepare(`UPDATE ${table} SET faults = ? WHERE seq = ?`)
  const hangs = db
    .prepare<[number], string>(
      `SELECT f.id FROM faults f JOIN ${table} j ON j.seq = ?
       WHERE f.rule ->> 'hangAt' = j.status AND j.faults ->> f.id = 1 LIMIT 1`,
    )
    .pluck()

  const selects = (rule: JobSelector, { app, id }: Job, definition: Definition): boolean =>
    (rule.type ?? type) === type &&
    (rule.id ?? id) === id &&
    (rule.applicationId ?? app.id) === app.id &&
    (rule.format ?? definition.Format) === definition.Format &&
    matchesWildcard(rule.s3Url ?? '*', definition.S3Url ?? definition.S3UrlPrefix ?? '')

  /** Decides whether a rule applies to a job that it selects. */
  const decideOn = ({ id, probability = 1 }: Fault): boolean => Math.random() < probability && faults.use(id)

  return {
    /** Whether there are any rules about jobs. */
    isAny: (): boolean => isAny.get() === 1,

    /**
     * The rules that apply to a job. Whether a rule does is decided once, when it first matters,
     * and saved with the job, so that a resumed job ends as it would have ended. To be called in a
     * transaction.
     *
     * @param matters selects the rules that are of interest now
     */
    applying(job: Job, matters: (rule: Fault) => boolean): Fault[] {
      const row = find.get(job.seq)!
      const definition: Definition = JSON.parse(row.definition)
      const decided: Record<string, boolean> = JSON.parse(row.decided)
      const known = Object.keys(decided).length
      const applying = faults
        .list()
        .filter(rule => rule.job !== undefined && matters(rule) && selects(rule.job, job, definition))
        .filter(rule => {
          decided[rule.id] ??= decideOn(rule)
          return decided[rule.id]
        })
      if (Object.keys(decided).length > known) decide.run(JSON.stringify(decided), job.seq)
      return applying
    },

    /** The id of the rule that makes a job hang in its status, if there is one. */
    hanging: (seq: number): string | undefined => hangs.get(seq),
  }
}
