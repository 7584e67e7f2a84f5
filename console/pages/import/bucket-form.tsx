import { useSignal } from '@preact/signals'
import type { ImportJobDefinition } from '../../api/types.ts'
import { bound, SelectField, TextField } from '../../parts/fields.tsx'
import { useAction } from '../../parts/form.tsx'
import { Section } from '../../parts/page.tsx'
import { ErrorBox } from '../../parts/states.tsx'
import { readOptions } from './options-form.tsx'

/** Imports what is in a bucket already, as an SDK would. */
export function BucketForm({ create }: { create: (definition: ImportJobDefinition) => Promise<void> }) {
  const S3Url = useSignal('')
  const format = useSignal<'' | 'CSV' | 'JSON'>('')
  const { busy, error, run } = useAction()
  const guessed = /\.(json|jsonl|ndjson)(\.gz)?$/i.test(S3Url.value) ? 'JSON' : 'CSV'
  const submit = (event: Event) => {
    event.preventDefault()
    const name = S3Url.value.replace(/\/$/, '').split('/').at(-1)!.replace(/\..*$/, '')
    run(() =>
      create({
        ...readOptions({}, name || 'imported'),
        S3Url: S3Url.value.trim(),
        Format: format.value || guessed,
      }),
    )
  }
  return (
    <Section title="From a bucket">
      <form class="form-row bucket-form" onSubmit={submit}>
        <TextField
          label="S3Url"
          hint="An object, or a prefix with all that is below it."
          class="address"
          required
          placeholder="s3://demo/users.csv"
          spellcheck={false}
          {...bound(S3Url)}
        />
        <SelectField
          label="Format"
          hint="JSON has an object a line."
          {...bound(format)}
          value={format.value || guessed}
          choices={['CSV', 'JSON']}
        />
        <button type="submit" class="button" aria-busy={busy}>
          Import
        </button>
      </form>
      {error && <ErrorBox error={error} />}
    </Section>
  )
}
