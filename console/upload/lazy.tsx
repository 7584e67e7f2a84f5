import { useSignal } from '@preact/signals'
import type { ComponentType } from 'preact'
import { useEffect } from 'preact/hooks'

/** A component that is loaded when it is first shown. */
export function Lazy({ load }: { load: () => Promise<{ default: ComponentType }> }) {
  const loaded = useSignal<ComponentType | undefined>(undefined)
  // biome-ignore lint/correctness/useExhaustiveDependencies: loaded once.
  useEffect(() => {
    load().then(module => {
      loaded.value = module.default
    })
  }, [])
  const Component = loaded.value
  return Component === undefined ? null : <Component />
}
