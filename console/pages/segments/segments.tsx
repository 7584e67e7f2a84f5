import { useSignal } from '@preact/signals'
import type { SegmentResponse } from '../../../server/model/segment.ts'
import { useAudienceReload } from '../../api/audience.ts'
import { emulatorUrl } from '../../api/calls.ts'
import { count, plural } from '../../format.ts'
import { awsLine } from '../../parts/aws-line.ts'
import { CodeLine } from '../../parts/code-line.tsx'
import { dimensionWords } from '../../parts/dimensions.ts'
import { useItemPage } from '../../parts/item-page.ts'
import { OpenButton } from '../../parts/open-button.tsx'
import { Page } from '../../parts/page.tsx'
import { PagedTable } from '../../parts/paged-table.tsx'
import { Empty } from '../../parts/states.tsx'
import { Time } from '../../parts/time.tsx'
import { go, to } from '../../router.ts'
import { newSegment, SegmentForm } from './segment-form.tsx'

/** The segments of an application, imported and dimensional ones. */
export default function SegmentsPage({ app }: { app: string }) {
  const writing = useSignal(false)
  const page = useItemPage<SegmentResponse>(to`v1/apps/${app}/segments`)
  useAudienceReload(app, page.reload)
  return (
    <Page
      title="Segments"
      app={app}
      ready={page.value !== undefined}
      actions={<OpenButton icon="plus" label="New segment" opens={writing} />}
    >
      <PagedTable
        page={page}
        caption="Segments"
        keyOf={({ Id }) => Id}
        columns={[
          {
            head: 'Name',
            cell: ({ Id, Name }) => (
              <a class="cut" href={to`apps/${app}/segments/${Id}`} title={Name}>
                {Name || Id}
              </a>
            ),
          },
          { head: 'Type', cell: ({ SegmentType }) => SegmentType },
          {
            head: 'Members',
            wide: true,
            cell: segment => <span title={summary(segment)}>{summary(segment)}</span>,
          },
          { head: 'Size', number: true, cell: ({ ImportDefinition }) => count(ImportDefinition?.Size) },
          { head: 'Version', number: true, cell: ({ Version }) => Version },
          {
            head: 'Created',
            number: true,
            minor: true,
            cell: ({ CreationDate }) => <Time at={CreationDate} />,
          },
        ]}
        empty={
          <Empty icon="users" title="No segment yet">
            <p>An import with a segment name makes one of whom its file names; dimensions describe others:</p>
            <CodeLine
              text={awsLine(
                [
                  'create-segment',
                  '--application-id',
                  app,
                  '--write-segment-request',
                  JSON.stringify(newSegment),
                ],
                emulatorUrl,
              )}
            />
          </Empty>
        }
      />
      {writing.value && (
        <SegmentForm
          app={app}
          close={written => {
            writing.value = false
            if (written !== undefined) go(to`apps/${app}/segments/${written}`)
          }}
        />
      )}
    </Page>
  )
}

/** The members of a segment, in a line. */
function summary({ ImportDefinition, Dimensions = {}, SegmentGroups }: SegmentResponse): string {
  if (ImportDefinition !== undefined) return `Imported from ${ImportDefinition.S3Url}`
  if (SegmentGroups?.Groups !== undefined) return plural(SegmentGroups.Groups.length, 'group')
  return dimensionWords(Dimensions).join(', ') || 'All endpoints'
}
