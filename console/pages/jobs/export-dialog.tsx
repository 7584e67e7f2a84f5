import { useSignal } from '@preact/signals'
import { call } from '../../api/calls.ts'
import { useFetched } from '../../api/fetched.ts'
import type { ExportJob } from '../../api/types.ts'
import { Dialog } from '../../parts/dialog.tsx'
import { Field, useAction } from '../../parts/form.tsx'
import { ErrorBox } from '../../parts/states.tsx'
import { go, to } from '../../router.ts'
import { anyRole } from '../../upload/run.ts'

interface Segments {
  Item: { Id: string; Name?: string }[]
}

/** The form of CreateExportJob. */
export function ExportDialog({ app, close }: { app: string; close: () => void }) {
  const segments = useFetched<Segments>(to`v1/apps/${app}/segments?page-size=${'100'}`)
  const form = useSignal({
    S3UrlPrefix: 's3://demo/exports/',
    SegmentId: '',
    SegmentVersion: '',
    RoleArn: '',
  })
  const { busy, error, run } = useAction()
  const field = (name: keyof typeof form.value) => ({
    value: form.value[name],
    onInput: (event: { currentTarget: { value: string } }) => {
      form.value = { ...form.value, [name]: event.currentTarget.value }
    },
  })
  const submit = (event: Event) => {
    event.preventDefault()
    const { S3UrlPrefix, SegmentId, SegmentVersion, RoleArn } = form.value
    run(async () => {
      const { Id } = await call<ExportJob>('POST', to`v1/apps/${app}/jobs/export`, {
        body: {
          S3UrlPrefix: S3UrlPrefix.trim(),
          RoleArn: RoleArn || anyRole,
          ...(SegmentId && { SegmentId }),
          ...(SegmentId && SegmentVersion && { SegmentVersion: Number(SegmentVersion) }),
        },
      })
      go(to`apps/${app}/export-jobs/${Id}`)
    })
  }
  return (
    <Dialog title="Export endpoints" close={close}>
      <form onSubmit={submit}>
        <Field
          label="S3UrlPrefix"
          hint="A bucket that the emulator can write: a folder under S3_DIR, or one of its S3 endpoint."
        >
          {ties => <input {...ties} {...field('S3UrlPrefix')} required spellcheck={false} />}
        </Field>
        <Field label="Segment">
          {ties => (
            <select {...ties} {...field('SegmentId')}>
              <option value="">All endpoints of the application</option>
              {segments.value?.Item.map(({ Id, Name }) => (
                <option key={Id} value={Id}>
                  {Name ?? Id}
                </option>
              ))}
            </select>
          )}
        </Field>
        {form.value.SegmentId && (
          <Field label="SegmentVersion" hint="The current one, if empty.">
            {ties => <input {...ties} {...field('SegmentVersion')} type="number" min="1" />}
          </Field>
        )}
        <Field label="RoleArn" hint="Any well-formed role will do: the emulator has no IAM.">
          {ties => <input {...ties} {...field('RoleArn')} placeholder={anyRole} spellcheck={false} />}
        </Field>
        {error && <ErrorBox error={error} />}
        <div class="actions">
          <button type="submit" class="button main" aria-busy={busy}>
            Export endpoints
          </button>
        </div>
      </form>
    </Dialog>
  )
}
