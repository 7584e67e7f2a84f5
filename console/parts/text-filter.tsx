import { useSignal } from '@preact/signals'
import { go, place, withQuery } from '../router.ts'
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
            go(withQuery({ [name]: text, token: undefined }), { replace: true })
          }}
        />
      )}
    </Field>
  )
}
