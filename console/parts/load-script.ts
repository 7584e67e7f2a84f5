import { useLive } from '../api/live.ts'

/** Loads a script. It resolves with an Error where it cannot be loaded. */
export const loadScript = <T>(load: () => Promise<T>): Promise<T | Error> =>
  load().catch(() => new Error('The emulator does not answer, or it is of another version now.'))

/** Loads the whole page again: a browser may not try again to load a script that has failed. */
export const reloadPage = (): void => window.location.reload()

/** Loads the whole page again when the emulator is back after a script has failed. */
export const useReloadOfFailed = (loaded: unknown): void =>
  useLive('resync', () => {
    if (loaded instanceof Error) reloadPage()
  })
