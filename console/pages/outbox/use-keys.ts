import { useEffect, useRef } from 'preact/hooks'
import { setting } from '../../preferences.ts'
import { go } from '../../router.ts'

/**
 * Goes to an address by a key without Ctrl, in place of what the key does elsewhere.
 *
 * @param addresses by the keys; a key without an address does nothing
 */
export function useKeys(addresses: Record<string, string | undefined>): void {
  const latest = useRef(addresses)
  latest.current = addresses
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || !setting('singleKeys').value) return
      if (!(event.key in latest.current) || document.querySelector('dialog[open]') !== null) return
      if (event.target instanceof HTMLElement && event.target.matches('input, textarea, select')) return
      event.preventDefault()
      const address = latest.current[event.key]
      if (address !== undefined) go(address, { replace: true })
    }
    // Before the keys of the console as a whole, which leave alone what is prevented.
    document.addEventListener('keydown', press, { capture: true })
    return () => document.removeEventListener('keydown', press, { capture: true })
  }, [])
}
