import { setFlagsFromString } from 'node:v8'

/**
 * How V8 collects garbage, for all threads of the process: so it is set only where the process is the
 * emulator's own. That of an import is nearly all young.
 */

/** To share a collection of a few megabytes among threads takes longer than to do it in one. */
export const collectInOneThread = (): void => setFlagsFromString('--no-parallel-scavenge')

/**
 * Whether V8 takes the kinds of objects that outlive some collections to live longer, as it does by default.
 * For an import, this has it collected at several times the cost.
 *
 * V8 runs no compiled code of an earlier process, nor that of Node's own modules, that was made with another
 * setting of this. So it is set when all is loaded, and set back before the process ends: else a thread
 * takes 30 ms longer to start.
 */
export const learnLifetimes = (on: boolean): void =>
  setFlagsFromString(on ? '--allocation-site-pretenuring' : '--no-allocation-site-pretenuring')
