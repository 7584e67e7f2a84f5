import type { FastifyBaseLogger } from 'fastify'

/** What asks a process to end: who started it, Ctrl-C, a terminal that is closed, Ctrl-\. */
export const stopSignals = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT'] as const

const errors = ['uncaughtException', 'unhandledRejection'] as const

/**
 * Milliseconds in which further signals count as the first: Ctrl-C signals all processes of a terminal, of
 * which npm passes the signal on to those that it runs.
 */
export const sameSignal = 1000

/** Milliseconds that stopping may take. */
const stopTimeout = 5000

/**
 * Ends this process, in order, at a signal or at an error that nobody has caught. While it stops, a second
 * signal or error ends it at once.
 *
 * @param stop stops what runs in the process
 * @returns a function by which signals and errors do again what they do by default
 */
export function stopOnSignals(log: FastifyBaseLogger, stop: () => Promise<void>): () => void {
  let begun: number | undefined
  const endNow = (why: string) => {
    log.error(`${why}: ending at once, without waiting for calls and jobs`)
    process.exit(1)
  }
  const end = async (code: number) => {
    begun = performance.now()
    setTimeout(() => endNow(`not stopped after ${stopTimeout} ms`), stopTimeout)
    try {
      await stop()
    } catch (err) {
      log.error({ err }, 'error while stopping')
      process.exit(1)
    }
    process.exit(code)
  }
  const onSignal = (signal: NodeJS.Signals) => {
    if (begun === undefined) void end(0)
    else if (performance.now() - begun > sameSignal) endNow(`a second signal, ${signal}`)
  }
  const onError = (err: unknown) => {
    log.fatal({ err }, 'unexpected error, stopping')
    if (begun === undefined) void end(1)
    else endNow('an error while stopping')
  }
  for (const signal of stopSignals) process.on(signal, onSignal)
  for (const error of errors) process.on(error, onError)
  return () => {
    for (const signal of stopSignals) process.off(signal, onSignal)
    for (const error of errors) process.off(error, onError)
  }
}
