import type { ImportJobPage } from '../../api/types.ts'
import { count } from '../../format.ts'
import { Icon } from '../../parts/icon.tsx'
import { type Column, Table } from '../../parts/table.tsx'
import { place, withQuery } from '../../router.ts'

type Failure = ImportJobPage['failures']['items'][number]

const columns: Column<Failure>[] = [
  { head: 'Line', number: true, cell: ({ line }) => count(line) },
  {
    head: 'Object',
    cell: ({ object }) => (
      <span class="object" title={object}>
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

/** A page of the failures of an import, as they come. */
export function Failures({ failures: { items, nextToken } }: { failures: ImportJobPage['failures'] }) {
  const isFirst = !place.value.query.has('token')
  return (
    <>
      {items.length > 0 && (
        <Table
          caption="Failures"
          columns={columns}
          rows={items}
          keyOf={({ object, line, number, reason }) => `${object} ${line} ${number} ${reason}`}
        />
      )}
      {(!isFirst || nextToken !== undefined) && (
        <nav class="pager" aria-label="Pages of the failures">
          {!isFirst && (
            <a class="button" href={withQuery({ token: undefined })}>
              <Icon name="arrow-left" />
              First page
            </a>
          )}
          {nextToken !== undefined && (
            <a class="button" rel="next" href={withQuery({ token: nextToken })}>
              Next page
              <Icon name="arrow-right" />
            </a>
          )}
        </nav>
      )}
    </>
  )
}
