import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { go, place, withQuery } from '../router.ts'
import { type Choice, SelectField } from './fields.tsx'
import { Field } from './form.tsx'

/** Milliseconds from the last key to when a text filters. */
const typingMs = 300

/**
 * A filter of a list by a text, which lives in the address: a moment after the last key, and at once
 * at Enter, or when the field is left. What is being typed stays when the page is drawn anew.
 *
 * @param name of the parameter in the address
 */
export function TextFilter({ name, label }: { name: string; label: string }) {
  const typed = useSignal<string | undefined>(undefined)
  const timer = useRef<number | undefined>(undefined)
  useEffect(() => () => window.clearTimeout(timer.current), [])
  const apply = (text: string) => {
    window.clearTimeout(timer.current)
    const now = place.peek().query.get(name) ?? ''
    if (text.trim() !== now) applyFilters({ [name]: text.trim() })
  }
  return (
    <Field label={label}>
      {ties => (
        <input
          {...ties}
          type="search"
          autocomplete="off"
          spellcheck={false}
          value={typed.value ?? place.value.query.get(name) ?? ''}
          onInput={({ currentTarget: { value } }) => {
            typed.value = value
            window.clearTimeout(timer.current)
            timer.current = window.setTimeout(() => apply(value), typingMs)
          }}
          onChange={event => apply(event.currentTarget.value)}
          onBlur={() => {
            typed.value = undefined
          }}
        />
      )}
    </Field>
  )
}

/**
 * A filter of a list by one of some values, which lives in the address.
 *
 * @param name of the parameter in the address
 * @param none what is shown where nothing is filtered
 */
export const SelectFilter = ({
  name,
  label,
  none,
  choices,
}: {
  name: string
  label: string
  none: string
  choices: readonly Choice[]
}) => (
  <SelectField
    label={label}
    none={none}
    choices={choices}
    value={place.value.query.get(name) ?? ''}
    change={value => applyFilters({ [name]: value })}
  />
)

/** Changes filters in the address; the list begins at its first page. `undefined` or empty removes one. */
export const applyFilters = (changes: Record<string, string | undefined>): void =>
  go(withQuery({ ...changes, token: undefined }), { replace: true })
