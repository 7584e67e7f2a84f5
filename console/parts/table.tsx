import type { ComponentChildren } from 'preact'
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { arrival } from '../router.ts'

export interface Column<Row> {
  head: string
  cell: (row: Row) => ComponentChildren
  /** Numbers stand right. */
  number?: boolean
  /** Is left out where there is little room; `first` before the others. */
  minor?: boolean | 'first'
  /** Takes what room there is, and is cut if that is too little. */
  wide?: boolean
}

interface TableProps<Row> {
  /** Says what the rows are, to screen readers. */
  caption: string
  columns: Column<Row>[]
  rows: readonly Row[]
  keyOf: (row: Row) => string
}

/** How many rows are drawn in the first frame: as many as it can hold without being a long one. */
const firstRows = 15

/**
 * A table. The first column names the row, and links to it where the row has a page. `j` and `k`
 * move the focus from row to row: to its first link or button, or else to the row itself.
 */
export const Table = <Row,>({ caption, columns, rows, keyOf }: TableProps<Row>) => (
  // biome-ignore lint/a11y/useSemanticElements: a fieldset is for fields.
  <div class="table-frame" ref={useReachable()} role="group" aria-label={caption}>
    <table>
      <caption class="sr-only">{caption}</caption>
      <thead>
        <tr>
          {columns.map(column => (
            <th key={column.head} scope="col" class={classOf(column)}>
              {column.head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.slice(0, useDrawn(rows.length)).map(row => (
          <tr key={keyOf(row)} data-row>
            {columns.map((column, index) =>
              index === 0 ? (
                <th key={column.head} scope="row" class={classOf(column)}>
                  {column.cell(row)}
                </th>
              ) : (
                <td key={column.head} class={classOf(column)}>
                  {column.cell(row)}
                </td>
              ),
            )}
          </tr>
        ))}
      </tbody>
    </table>
  </div>
)

/**
 * How many of a number of rows are drawn: the first ones, twice as many with each frame, and in the end
 * all that there may be. Who comes back finds the row that they left, wherever it is.
 */
function useDrawn(rows: number): number {
  const [drawn, setDrawn] = useState(arrival.peek().by === 'link' ? firstRows : Number.POSITIVE_INFINITY)
  useEffect(() => {
    if (drawn === Number.POSITIVE_INFINITY) return
    const more = drawn * 2 < rows ? drawn * 2 : Number.POSITIVE_INFINITY
    const next = requestAnimationFrame(() => setDrawn(more))
    return () => cancelAnimationFrame(next)
  }, [drawn, rows])
  return drawn
}

/**
 * Lets the keyboard come to an element, to scroll it, as long as it is too narrow for what it holds.
 * One that is wide enough does not scroll, so that its table's head can stay at the top of the window.
 */
function useReachable() {
  const frame = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => {
    const element = frame.current!
    const table = element.firstElementChild as HTMLTableElement
    const look = () => {
      const isWideEnough = table.offsetWidth <= element.clientWidth
      element.tabIndex = isWideEnough ? -1 : 0
      element.classList.toggle('wide-enough', isWideEnough)
    }
    const observer = new ResizeObserver(look)
    observer.observe(element)
    observer.observe(table)
    return () => observer.disconnect()
  }, [])
  return frame
}

const classOf = ({ number, minor, wide }: Column<never>) =>
  [number && 'number', minor && 'minor', minor === 'first' && 'first', wide && 'wide']
    .filter(Boolean)
    .join(' ') || undefined

/** Moves the focus to the link, or the first button, of a row; or to the row, if it has neither. */
export function focusRow(row: HTMLElement): void {
  const target = row.querySelector<HTMLElement>('a, button') ?? row
  if (target === row) row.tabIndex = -1
  target.focus()
  target.scrollIntoView({ block: 'nearest' })
}
