import { setTimeout } from 'node:timers/promises'
import type { Clock } from '../clock/clock.ts'
import type { Caller } from '../http/caller.ts'
import { isFinal } from '../model/job-states.ts'
import type { Store } from '../store/open-store.ts'
import { applySeed, type SeedImport } from './apply-seed.ts'
import { readSeed } from './read-seed.ts'
import { SeedError } from './seed-error.ts'

/** Milliseconds between two looks at imports: half as many more each time, up to the longest; and until it is said why. */
const look = { first: 5, max: 100, patience: 5000 }

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

/**
 * @param path a JSON file, or a folder of them
 * @param caller whose applications they are
 * @param clock dates what it makes
 */
export function createSeed(path: string, caller: Caller, clock: Clock): Seed {
  return {
    async apply(store) {
      const placed = readSeed(path)
      return store.write(() => applySeed(placed, store, { caller, now: clock.now().toISOString() }))
    },

    async untilImported(imports, store, signal, tell = () => {}) {
      const failed: string[] = []
      const patientUntil = performance.now() + look.patience
      let told = false
      for (const { at, app, jobId } of imports) {
        let pause = look.first
        // One that is gone with its application, or with its state, is not waited for.
        let job = store.importJobs.get(app, jobId)
        for (; job !== undefined && !isFinal(job.JobStatus); job = store.importJobs.get(app, jobId)) {
          if (!told && performance.now() > patientUntil) {
            tell(`the start waits for an import of the seed: ${at} is ${job.JobStatus}`)
            told = true
          }
          await setTimeout(pause, undefined, { signal })
          pause = Math.min(1.5 * pause, look.max)
        }
        if (job?.JobStatus === 'FAILED')
          failed.push(`${at}: the import FAILED: ${job.Failures?.slice(0, 3).join('; ')}`)
      }
      if (failed.length > 0) throw new SeedError(failed)
    },
  }
}
