import { signal, useSignal } from '@preact/signals'
import { useId } from 'preact/hooks'
import { Dialog } from '../parts/dialog.tsx'
import { Icon } from '../parts/icon.tsx'
import { go, isAbove, whyNoAddress } from '../router.ts'
import { type Target, useTargets } from './targets.ts'

const open = signal(false)

/** Opens the field that leads to everything. */
export function openPalette(): void {
  open.value = true
}

const close = () => {
  open.value = false
}

/** Leads to any page, application, or id, by a part of its name. */
export const Palette = () => (open.value ? <OpenPalette /> : null)

function OpenPalette() {
  const text = useSignal('')
  /** An address: what is found later may come before it. */
  const chosen = useSignal<string | undefined>(undefined)
  const list = useId()
  const typed = text.value.trim()
  const { targets, isLooking } = useTargets(typed)
  const at = targets.findIndex(({ address }) => address === chosen.value)
  // Nothing before a key: of a field with an active option, screen readers say that one alone.
  const active = at >= 0 || typed === '' ? at : Math.min(0, targets.length - 1)
  const follow = (target: Target | undefined) => {
    if (target === undefined) return
    close()
    go(target.address)
  }
  const press = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step !== undefined) {
      event.preventDefault()
      // From nothing, up leads to the last one, as it does from the first.
      const from = Math.max(active, step < 0 ? 0 : -1)
      chosen.value = targets.at((from + step) % targets.length)?.address
    } else if (event.key === 'Enter') {
      event.preventDefault()
      follow(targets[active])
    }
  }
  return (
    <Dialog title="Go to" close={close}>
      <input
        type="text"
        role="combobox"
        aria-label="A page, a name or an id"
        aria-expanded="true"
        aria-controls={list}
        aria-activedescendant={active >= 0 ? `${list}-${active}` : undefined}
        autocomplete="off"
        placeholder="A page, a name or an id"
        value={text.value}
        onInput={event => {
          text.value = event.currentTarget.value
          chosen.value = undefined
        }}
        onKeyDown={press}
      />
      <div id={list} role="listbox" aria-label="Found" class="targets">
        {targets.map((target, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are the field's.
          <div
            key={target.address}
            id={`${list}-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === active}
            onClick={() => follow(target)}
          >
            <Icon name={target.icon} />
            <span>{target.name}</span>
            <span class="meta">{target.kind}</span>
          </div>
        ))}
      </div>
      {targets.length === 0 && (
        <p class="hint" role="status">
          {isLooking
            ? 'Looking …'
            : isAbove(typed)
              ? whyNoAddress
              : 'No page, application or template has this name, and nothing has this id.'}
        </p>
      )}
    </Dialog>
  )
}
