import { useSignal } from '@preact/signals'
import { go, place, withQuery } from '../router.ts'
import { type Choice, SelectField } from './fields.tsx'
import { Field } from './form.tsx'

/**
 * A filter of a list by a text, which lives in the address once it is typed to its end. What is being
 * typed stays when the page is drawn anew meanwhile.
 *
 * @param name of the parameter in the address
 */
export function TextFilter({ name, label }: { name: string; label: string }) {
  const typed = useSignal<string | undefined>(undefined)
  const applied = place.value.query.get(name) ?? ''
  return (
    <Field label={label}>
      {ties => (
        <input
          {...ties}
          type="search"
          autocomplete="off"
          spellcheck={false}
          value={typed.value ?? applied}
          onInput={event => {
            typed.value = event.currentTarget.value
          }}
          onChange={event => {
            const text = event.currentTarget.value.trim()
            typed.value = undefined
            applyFilters({ [name]: text })
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
