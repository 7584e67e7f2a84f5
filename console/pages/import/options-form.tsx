import type { Signal } from '@preact/signals'
import type { ImportJobDefinition } from '../../api/types.ts'
import { CheckField, TextField } from '../../parts/fields.tsx'
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
  const { DefineSegment = true } = options.value
  const set = (changes: Options) => {
    options.value = { ...options.value, ...changes }
  }
  const field = <Name extends keyof Options>(name: Name, value: NonNullable<Options[Name]>) => ({
    value: options.value[name] ?? value,
    change: (value: Options[Name]) => set({ [name]: value }),
  })
  return (
    <Section title="Options">
      <div class="form">
        <CheckField
          label="Create or update the endpoints (RegisterEndpoints)"
          {...field('RegisterEndpoints', true)}
        />
        <CheckField label="Make a segment of them (DefineSegment)" {...field('DefineSegment', true)} />
        {DefineSegment && (
          <TextField label="SegmentName" placeholder={segmentName} {...field('SegmentName', '')} />
        )}
        <details>
          <summary>More</summary>
          <div class="form">
            {DefineSegment && (
              <TextField
                label="SegmentId"
                hint="Of an imported segment: the import makes its next version."
                placeholder="A new segment"
                {...field('SegmentId', '')}
              />
            )}
            <TextField label="ExternalId" {...field('ExternalId', '')} />
            <TextField
              label="RoleArn"
              hint="Any well-formed role will do: the emulator has no IAM."
              placeholder={anyRole}
              {...field('RoleArn', '')}
            />
          </div>
        </details>
      </div>
    </Section>
  )
}
