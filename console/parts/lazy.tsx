import { signal } from '@preact/signals'
import type { ComponentType } from 'preact'
import { useEffect } from 'preact/hooks'
import { useLive } from '../api/live.ts'
import { ErrorBox, Loading } from './states.tsx'

/** What a script of the console exports that is loaded when it is needed. */
interface Loaded {
  default: ComponentType
}

/** Loads a script. It resolves with an Error where it cannot be loaded. */
export const loadScript = <T,>(load: () => Promise<T>): Promise<T | Error> =>
  load().catch(() => new Error('The emulator does not answer, or it is of another version now.'))

/** Loads the whole page again: a browser may not try again to load a script that has failed. */
export const reloadPage = (): void => window.location.reload()

/** Loads the whole page again when the emulator is back after a script has failed. */
export const useReloadOfFailed = (loaded: unknown): void =>
  useLive('resync', () => {
    if (loaded instanceof Error) reloadPage()
  })

/** A component that is loaded when it is first shown. */
type Lazy = ComponentType & { isLoaded: () => boolean }

/**
 * Makes a component that is loaded when it is first shown. Once it is loaded, it is there at once.
 *
 * @param Failed what is shown where it cannot be loaded; nothing is shown before then. Without it, both
 *   are said in its place, and the whole page is loaded again when the emulator is back
 */
export function lazy(load: () => Promise<Loaded>, Failed?: ComponentType<{ error: Error }>): Lazy {
  const loaded = signal<Loaded | Error | undefined>(undefined)
  const Component = () => {
    useEffect(() => {
      if (loaded.peek() !== undefined) return
      loadScript(load).then(module => {
        loaded.value = module
      })
    }, [])
    const module = loaded.value
    useReloadOfFailed(Failed === undefined && module)
    if (module === undefined) return Failed === undefined ? <Loading /> : null
    if (!(module instanceof Error)) return <module.default />
    return Failed === undefined ? <ErrorBox error={module} retry={reloadPage} /> : <Failed error={module} />
  }
  return Object.assign(Component, { isLoaded: () => loaded.value !== undefined })
}
