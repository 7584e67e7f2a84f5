import type { Signal } from '@preact/signals'
import { Icon } from './icon.tsx'

/**
 * A button that opens a dialog.
 *
 * @param main whether it is what most come to the page for
 */
export const OpenButton = ({
  icon,
  label,
  opens,
  main = false,
}: {
  icon: string
  label: string
  opens: Signal<boolean>
  main?: boolean
}) => (
  <button
    type="button"
    class={main ? 'button main' : 'button'}
    onClick={() => {
      opens.value = true
    }}
  >
    <Icon name={icon} />
    {label}
  </button>
)
