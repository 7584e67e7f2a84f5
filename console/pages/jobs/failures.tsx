import type { ImportJobPage } from '../../api/types.ts'
import { count } from '../../format.ts'
import { PageRows, Pager } from '../../parts/pager.tsx'
import { type Column, Table } from '../../parts/table.tsx'

type Failure = ImportJobPage['failures']['items'][number]

const columns: Column<Failure>[] = [
  { head: 'Line', number: true, cell: ({ line }) => count(line) },
  {
    head: 'Object',
    cell: ({ object }) => (
      <span class="cut" title={object}>
        {object.split('/').at(-1)}
      </span>
    ),
  },
  {
    head: 'Reason and record',
    cell: ({ reason, record }) => (
      <div class="failure">
        <p>{reason}</p>
        {record !== undefined && <code>{record}</code>}
      </div>
    ),
  },
]

/**
 * A page of the failures of an import, as they come.
 *
 * @param isOld whether another page is being read
 */
export function Failures({
  failures: { items, nextToken },
  isOld,
}: {
  failures: ImportJobPage['failures']
  isOld: boolean
}) {
  return (
    <PageRows isOld={isOld}>
      {items.length > 0 && (
        <Table
          caption="Failures"
          columns={columns}
          rows={items}
          keyOf={({ object, line, number, reason }) => `${object} ${line} ${number} ${reason}`}
        />
      )}
      <Pager label="Pages of the failures" nextToken={nextToken} />
    </PageRows>
  )
}
