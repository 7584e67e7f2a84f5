import { useSignal } from '@preact/signals'
import { useFetched } from '../../api/fetched.ts'
import { createExport } from '../../api/start-job.ts'
import { Dialog } from '../../parts/dialog.tsx'
import { SelectField, TextField } from '../../parts/fields.tsx'
import { ActionForm } from '../../parts/form.tsx'
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
  const field = (name: keyof typeof form.value) => ({
    label: name,
    value: form.value[name],
    change: (value: string) => {
      form.value = { ...form.value, [name]: value }
    },
  })
  const create = async () => {
    const { S3UrlPrefix, SegmentId, SegmentVersion, RoleArn } = form.value
    const { Id } = await createExport(app, {
      S3UrlPrefix: S3UrlPrefix.trim(),
      RoleArn: RoleArn || anyRole,
      ...(SegmentId && { SegmentId }),
      ...(SegmentId && SegmentVersion && { SegmentVersion: Number(SegmentVersion) }),
    })
    go(to`apps/${app}/export-jobs/${Id}`)
  }
  return (
    <Dialog title="Export endpoints" close={close}>
      <ActionForm does={create} label="Export endpoints">
        <TextField
          {...field('S3UrlPrefix')}
          hint="A bucket that the emulator can write: a folder under S3_DIR, or one of its S3 endpoint."
          required
          spellcheck={false}
        />
        {segments.error && <ErrorBox error={segments.error} retry={segments.reload} />}
        <SelectField
          {...field('SegmentId')}
          label="Segment"
          none="All endpoints of the application"
          choices={(segments.value?.Item ?? []).map(({ Id, Name }) => [Id, Name ?? Id] as const)}
        />
        {form.value.SegmentId && (
          <TextField {...field('SegmentVersion')} hint="The current one, if empty." type="number" min="1" />
        )}
        <TextField
          {...field('RoleArn')}
          hint="Any well-formed role will do: the emulator has no IAM."
          placeholder={anyRole}
          spellcheck={false}
        />
      </ActionForm>
    </Dialog>
  )
}
