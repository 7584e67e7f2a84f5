import { setTimeout } from 'node:timers/promises'
import type { Clock } from '../clock/clock.ts'
import { type EventBus, mayConcern } from '../events/event-bus.ts'
import type { Caller } from '../http/caller.ts'
import { isFinal } from '../model/job-states.ts'
import type { Store } from '../store/open-store.ts'
import { applySeed, type SeedImport } from './apply-seed.ts'
import { readSeed } from './read-seed.ts'
import { SeedError } from './seed-error.ts'

/** Milliseconds of waiting after which it is said what is waited for. */
const patience = 5000

/** The seed of the settings. */
export interface Seed {
  /**
   * Reads it, and applies all of it or nothing.
   *
   * @returns its imports, which are jobs as any other
   * @throws SeedError that names every mistake
   */
  apply(store: Store): Promise<SeedImport[]>
  /**
   * Waits until imports are over.
   *
   * @param tell is told, once, what is waited for where that takes long
   * @throws SeedError that names those that FAILED, and why; the signal's reason
   */
  untilImported(
    imports: SeedImport[],
    store: Store,
    signal: AbortSignal,
    tell?: (what: string) => void,
  ): Promise<void>
}

/** What the seed needs from the emulator. */
export interface SeedSupport {
  clock: Clock
  bus: EventBus
}

/**
 * @param path a JSON file, or a folder of them
 * @param caller whose applications they are
 * @param support.clock dates what the seed makes
 * @param support.bus tells how its imports get on
 */
export function createSeed(path: string, caller: Caller, { clock, bus }: SeedSupport): Seed {
  return {
    async apply(store) {
      const placed = await readSeed(path)
      return store.write(() => applySeed(placed, store, { caller, now: clock.now().toISOString() }))
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
        for (const { at, app, jobId } of imports) {
          const look = () => {
            const job = store.importJobs.get(app, jobId)
            // One that is gone with its application, or with its state, is not waited for.
            if (job === undefined || isFinal(job.JobStatus)) return { job }
            waitsFor = `${at} is ${job.JobStatus}`
            return undefined
          }
          const { job } = await bus.waitFor(mayConcern(jobId), look, signal)
          if (job?.JobStatus === 'FAILED')
            failed.push(`${at}: the import FAILED: ${job.Failures?.slice(0, 3).join('; ')}`)
        }
      } finally {
        done.abort()
        await told
      }
      if (failed.length > 0) throw new SeedError(failed)
    },
  }
}
