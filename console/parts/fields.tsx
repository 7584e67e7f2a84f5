import type { Signal } from '@preact/signals'
import type { ComponentChildren, ComponentProps } from 'preact'
import { Field } from './form.tsx'

/** What every field has: its label, what there is to say about it, its value and what changes it. */
interface Bound<Value> {
  label: string
  hint?: ComponentChildren
  value: Value
  change: (value: Value) => void
}

/** A signal as the value of a field: `<TextField label="Name" {...bound(name)} />`. */
export const bound = <Value,>(signal: Signal<Value>) => ({
  value: signal.value,
  change: (value: Value) => {
    signal.value = value
  },
})

type InputProps = Partial<
  Pick<
    ComponentProps<'input'>,
    | 'autocomplete'
    | 'class'
    | 'inputMode'
    | 'max'
    | 'maxLength'
    | 'min'
    | 'placeholder'
    | 'required'
    | 'spellcheck'
    | 'step'
  >
> & {
  type?: 'text' | 'password' | 'number' | 'datetime-local'
  /** Id of a list of values that are suggested. */
  list?: string | undefined
}

/** A field for a text of one line. */
export function TextField({ label, hint, value, change, ...more }: Bound<string> & InputProps) {
  // Preact tells inputs apart by their type, which here is a variable.
  const input = more as ComponentProps<'input'>
  return (
    <Field label={label} hint={hint}>
      {ties => (
        <input {...ties} {...input} value={value} onInput={event => change(event.currentTarget.value)} />
      )}
    </Field>
  )
}

/** A field for a text of several lines. */
export const TextArea = ({
  label,
  hint,
  value,
  change,
  ...area
}: Bound<string> & Pick<ComponentProps<'textarea'>, 'rows' | 'spellcheck'>) => (
  <Field label={label} hint={hint}>
    {ties => (
      <textarea {...ties} {...area} value={value} onInput={event => change(event.currentTarget.value)} />
    )}
  </Field>
)

/** A choice of a list: its value, and what it is called if that is something else. */
export type Choice<Value extends string = string> = Value | readonly [value: Value, name: string]

/**
 * A field for one of a list.
 *
 * @param none what stands for the empty value, where that may be chosen
 */
export const SelectField = <Value extends string>({
  label,
  hint,
  value,
  change,
  choices,
  none,
}: Bound<Value> & { choices: readonly Choice<Value>[]; none?: string }) => (
  <Field label={label} hint={hint}>
    {ties => (
      <select {...ties} value={value} onChange={event => change(event.currentTarget.value as Value)}>
        {none !== undefined && <option value="">{none}</option>}
        {choices.map(choice => {
          const [of, name] = typeof choice === 'string' ? [choice, choice] : choice
          return (
            <option key={of} value={of}>
              {name}
            </option>
          )
        })}
      </select>
    )}
  </Field>
)

/** A box to tick. */
export const CheckField = ({ label, value, change }: Omit<Bound<boolean>, 'hint'>) => (
  <label class="check">
    <input type="checkbox" checked={value} onChange={event => change(event.currentTarget.checked)} />
    {label}
  </label>
)
