import type { ExportJobRequest, ImportJobDefinition } from '../../api/types.ts'
import { Section } from '../../parts/page.tsx'
import { to } from '../../router.ts'

/**
 * What a job was asked to do, by the names on the wire.
 *
 * @param isThere whether the segment that it names exists: an import makes it at its end
 */
export const Definition = ({
  definition,
  app,
  isThere,
}: {
  definition: ImportJobDefinition | ExportJobRequest
  app: string
  isThere: boolean
}) => (
  <Section title="Definition">
    <dl class="definition">
      {Object.entries(definition).map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            {name === 'SegmentId' && isThere ? (
              <a href={to`apps/${app}/segments/${String(value)}`}>
                <code>{value}</code>
              </a>
            ) : (
              <code>{String(value)}</code>
            )}
          </dd>
        </div>
      ))}
    </dl>
  </Section>
)
