import { useSignal } from '@preact/signals'
import { useState } from 'preact/hooks'
import { Field } from '../../parts/form.tsx'
import {
  type Draft,
  type Kind,
  type Member,
  memberName,
  memberText,
  readMember,
  withMember,
} from './kinds.ts'

/** The fields of a template. The fields of a push template are in groups, one for each service. */
export function TemplateFields({
  kind,
  draft,
  change,
}: {
  kind: Kind
  draft: Draft
  change: (draft: Draft) => void
}) {
  const field = (member: Member) => (
    <MemberField
      key={memberName(member)}
      member={member}
      value={readMember(draft, member)}
      change={value => change(withMember(draft, member, value))}
    />
  )
  const services = [...new Set(kind.members.flatMap(({ of }) => of ?? []))]
  // Groups that are open at first; from then on, the reader opens and closes them.
  const [begun] = useState(() => ['Default', ...Object.keys(draft)])
  return (
    <>
      {services.map(service => (
        <details key={service} open={begun.includes(service)}>
          <summary>{service === 'Default' ? 'For every service' : `For ${service} alone`}</summary>
          <div class="stack">{kind.members.filter(({ of }) => of === service).map(field)}</div>
        </details>
      ))}
      {kind.members.filter(({ of }) => of === undefined).map(field)}
    </>
  )
}

function MemberField({
  member,
  value,
  change,
}: {
  member: Member
  value: unknown
  change: (value: unknown) => void
}) {
  const { label, as, hint } = member
  if (as === 'json') return <JsonField label={label} hint={hint} value={value} change={change} />
  const text = (value ?? '') as string
  // An empty text is absent, as Pinpoint takes it.
  const set = (event: { currentTarget: { value: string } }) => change(event.currentTarget.value || undefined)
  return (
    <Field label={label} hint={hint}>
      {ties =>
        as === 'line' ? (
          <input {...ties} type="text" autocomplete="off" value={text} onInput={set} />
        ) : as === 'text' ? (
          <textarea {...ties} spellcheck={false} value={text} onInput={set} />
        ) : (
          <select {...ties} value={text} onChange={set}>
            <option value="">None</option>
            {as.map(choice => (
              <option key={choice}>{choice}</option>
            ))}
          </select>
        )
      }
    </Field>
  )
}

/**
 * A field for JSON. While what is typed is no JSON, the form is not valid.
 *
 * @param isObject whether no other JSON than an object will do
 */
export function JsonField({
  label,
  hint,
  isObject = false,
  value,
  change,
}: {
  label: string
  hint?: string | undefined
  isObject?: boolean
  value: unknown
  change: (value: unknown) => void
}) {
  const typed = useSignal(value === undefined ? '' : memberText(value))
  const error = useSignal<string | undefined>(undefined)
  return (
    <Field label={label} hint={hint} error={error.value}>
      {ties => (
        <textarea
          {...ties}
          spellcheck={false}
          value={typed.value}
          onInput={event => {
            const field = event.currentTarget
            typed.value = field.value
            try {
              change(readJson(field.value, isObject))
              error.value = undefined
            } catch (reason) {
              error.value = (reason as Error).message
            }
            field.setCustomValidity(error.value ?? '')
          }}
        />
      )}
    </Field>
  )
}

/**
 * @returns what a text in JSON says; undefined if the text is blank
 * @throws Error that says what is wrong with it
 */
function readJson(text: string, isObject: boolean): unknown {
  if (text.trim() === '') return undefined
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (reason) {
    throw new Error(`This is no JSON: ${(reason as Error).message}`)
  }
  if (isObject && (typeof value !== 'object' || value === null || Array.isArray(value))) {
    throw new Error('This is JSON, but no object, such as {"Name": "value"}')
  }
  return value
}
