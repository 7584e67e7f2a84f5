import { start } from '../emulator/start.ts'
import { loadConfig } from '../process/config.ts'
import { createLog } from '../process/log.ts'
import { stopOnSignals } from './stop-on-signals.ts'

/**
 * Environment and flags → settings → emulator, until a signal ends it.
 *
 * @param argv what follows the program's name
 * @returns when the emulator is ready
 * @throws StartError
 */
export async function serve(env: NodeJS.ProcessEnv, argv: string[]): Promise<void> {
  // Most containers set all by variables, and what parses flags takes some 20 ms to load.
  const flags = argv.length === 0 ? {} : (await import('./settings-flags.ts')).readFlags(argv)
  const config = loadConfig(env, flags)
  const log = await createLog(config)
  const stopping = new AbortController()
  const starting = start(config, log, { signal: stopping.signal, ownsProcess: true })
  // Before it is ready, too: as the first process of a container, node ignores a
  // signal that nobody listens for.
  const stopListening = stopOnSignals(log, async () => {
    stopping.abort()
    const running = await starting.catch(() => undefined)
    await running?.close()
  })
  starting.catch(stopListening)
  try {
    const { url } = await starting
    log.info(`pinpoint-local ready on ${url}`)
  } catch (error) {
    if (!stopping.signal.aborted) throw error
  }
}
