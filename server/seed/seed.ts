import { setTimeout } from 'node:timers/promises'
import { type EventBus, mayConcern } from '../events/event-bus.ts'
import type { Caller } from '../model/arn.ts'
import { isFinal } from '../model/job-moves.ts'
import type { Store } from '../store/open-store.ts'
import { applySeed, type SeedImport } from './apply-seed.ts'
import { readSeed } from './read-seed.ts'
import { SeedError } from './seed-error.ts'

/** Milliseconds of waiting after which the user is told what the start waits for. */
const patience = 5000

/** The seed that the settings name. */
export interface Seed {
  /**
   * Reads the seed, and applies all of it or nothing.
   *
   * @param now dates what is created
   * @returns its imports, which are ordinary jobs
   * @throws SeedError that names every mistake
   */
  apply(store: Store, now: Date): Promise<SeedImport[]>
  /**
   * Waits until imports are over.
   *
   * @param tell called once with what is waited for, if that takes long
   * @throws SeedError that names the FAILED ones, and why; the signal's reason
   */
  untilImported(
    imports: SeedImport[],
    store: Store,
    signal: AbortSignal,
    tell?: (what: string) => void,
  ): Promise<void>
}

/**
 * @param path a JSON file, or a folder of them
 * @param caller the account and Region of its applications
 * @param bus tells how its imports get on
 */
export function createSeed(path: string, caller: Caller, bus: EventBus): Seed {
  return {
    async apply(store, now) {
      const read = await readSeed(path)
      return store.write(() => applySeed(read, store, { caller, now: now.toISOString() }))
    },

    async untilImported(imports, store, signal, tell = () => {}) {
      const failed: string[] = []
      let waitsFor = ''
      const done = new AbortController()
      const told = setTimeout(patience, undefined, { signal: done.signal }).then(
        () => tell(`the start waits for an import of the seed: ${waitsFor}`),
        () => {},
      )
      try {
        for (const { location, app, jobId } of imports) {
          const look = () => {
            const job = store.importJobs.get(app, jobId)
            // A job that is gone with its application, or with the state, is not waited for.
            if (job === undefined || isFinal(job.JobStatus)) return { job }
            waitsFor = `${location} is ${job.JobStatus}`
            return undefined
          }
          const { job } = await bus.waitFor(mayConcern(jobId), look, signal)
          if (job?.JobStatus === 'FAILED')
            failed.push(`${location}: the import FAILED: ${job.Failures?.slice(0, 3).join('; ')}`)
        }
      } finally {
        done.abort()
        await told
      }
      if (failed.length > 0) throw new SeedError(failed)
    },
  }
}
