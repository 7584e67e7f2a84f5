import type { Signal } from '@preact/signals'
import type { ImportJobDefinition } from '../../api/types.ts'
import { Field } from '../../parts/form.tsx'
import { Section } from '../../parts/page.tsx'
import { anyRole } from '../../upload/run.ts'

/** What the reader has set; the rest is as `readOptions` fills it in. */
export type Options = Partial<
  Pick<
    ImportJobDefinition,
    'DefineSegment' | 'RegisterEndpoints' | 'SegmentName' | 'SegmentId' | 'ExternalId' | 'RoleArn'
  >
>

/** The options as CreateImportJob takes them. */
export const readOptions = (
  { DefineSegment = true, RegisterEndpoints = true, SegmentName, SegmentId, ExternalId, RoleArn }: Options,
  segmentName: string,
) => ({
  RoleArn: RoleArn || anyRole,
  RegisterEndpoints,
  DefineSegment,
  ...(DefineSegment && { SegmentName: SegmentName || segmentName }),
  ...(DefineSegment && SegmentId && { SegmentId }),
  ...(ExternalId && { ExternalId }),
})

/** The members of CreateImportJob besides the object and its format. */
export function OptionsForm({ options, segmentName }: { options: Signal<Options>; segmentName: string }) {
  const { DefineSegment = true, RegisterEndpoints = true } = options.value
  const set = (changes: Options) => {
    options.value = { ...options.value, ...changes }
  }
  const text = (name: 'SegmentName' | 'SegmentId' | 'ExternalId' | 'RoleArn', placeholder: string) => ({
    value: options.value[name] ?? '',
    placeholder,
    onInput: (event: { currentTarget: { value: string } }) => set({ [name]: event.currentTarget.value }),
  })
  return (
    <Section title="Options">
      <div class="form">
        <label class="check">
          <input
            type="checkbox"
            checked={RegisterEndpoints}
            onChange={event => set({ RegisterEndpoints: event.currentTarget.checked })}
          />
          Create or update the endpoints (RegisterEndpoints)
        </label>
        <label class="check">
          <input
            type="checkbox"
            checked={DefineSegment}
            onChange={event => set({ DefineSegment: event.currentTarget.checked })}
          />
          Make a segment of them (DefineSegment)
        </label>
        {DefineSegment && (
          <Field label="SegmentName">
            {ties => <input {...ties} {...text('SegmentName', segmentName)} />}
          </Field>
        )}
        <details>
          <summary>More</summary>
          <div class="form">
            {DefineSegment && (
              <Field label="SegmentId" hint="Of an imported segment: the import makes its next version.">
                {ties => <input {...ties} {...text('SegmentId', 'A new segment')} />}
              </Field>
            )}
            <Field label="ExternalId">{ties => <input {...ties} {...text('ExternalId', '')} />}</Field>
            <Field label="RoleArn" hint="Any well-formed role will do: the emulator has no IAM.">
              {ties => <input {...ties} {...text('RoleArn', anyRole)} />}
            </Field>
          </div>
        </details>
      </div>
    </Section>
  )
}
