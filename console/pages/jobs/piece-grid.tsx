import { bytes, count, plural } from '../../format.ts'
import { Table } from '../../parts/table.tsx'

/** A piece of an import or an export. */
interface Piece {
  index: number
  object: string
  status: 'PENDING' | 'COMPLETED' | 'FAILED'
  start?: number
  end?: number
}

/** Cells of the grid: of more pieces, each stands for several. */
const maxCells = 500

/** Failed pieces that are named. */
const maxNamed = 100

/** The pieces of a job as a grid, and those that failed as a table. */
export function PieceGrid({
  pieces,
  letters,
  total,
}: {
  pieces: readonly Piece[]
  letters: ReadonlyMap<number, string>
  /** How many the job has; those after the ones that were read are known by their letters alone. */
  total: number
}) {
  const stateOf = (index: number) => letters.get(index) ?? pieces[index]?.status[0] ?? 'P'
  const perCell = Math.ceil(total / maxCells)
  const cells: string[] = []
  for (let from = 0; from < total; from += perCell) {
    let [done, failed] = [0, 0]
    const to = Math.min(from + perCell, total)
    for (let index = from; index < to; index++) {
      const state = stateOf(index)
      if (state === 'C') done++
      if (state === 'F') failed++
    }
    cells.push(failed > 0 ? 'failed' : done === to - from ? 'done' : done > 0 ? 'begun' : '')
  }
  const failed = pieces.filter(({ index }) => stateOf(index) === 'F')
  return (
    <div class="piece-grid">
      <div class="pieces" role="img" aria-label={textOf(pieces, stateOf, total)}>
        {cells.map((state, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a cell is its place.
          <span key={index} class={state} />
        ))}
      </div>
      <p class="hint" hidden={perCell === 1 && total <= pieces.length}>
        {perCell > 1 && `Each square is ${count(perCell)} pieces. `}
        {total > pieces.length &&
          `States from before this page are known of the first ${count(pieces.length)}.`}
      </p>
      {failed.length > 0 && (
        <details>
          <summary>{plural(failed.length, 'failed piece')}</summary>
          <Table
            caption="Pieces that failed"
            columns={[
              { head: 'Piece', number: true, cell: ({ index }) => count(index + 1) },
              { head: 'Object', wide: true, cell: ({ object }) => <span title={object}>{object}</span> },
              {
                head: 'Bytes',
                number: true,
                cell: ({ start, end }) =>
                  start === undefined || end === undefined
                    ? '-'
                    : `${bytes(end - start)} from ${count(start)}`,
              },
            ]}
            rows={failed.slice(0, maxNamed)}
            keyOf={({ index }) => String(index)}
          />
          {failed.length > maxNamed && <p class="hint">And {count(failed.length - maxNamed)} more.</p>}
        </details>
      )}
    </div>
  )
}

function textOf(pieces: readonly Piece[], stateOf: (index: number) => string, total: number): string {
  let [done, failed] = [0, 0]
  for (let index = 0; index < Math.max(pieces.length, total); index++) {
    const state = stateOf(index)
    if (state === 'C') done++
    if (state === 'F') failed++
  }
  const parts = [
    `${count(done)} completed`,
    `${count(failed)} failed`,
    `${count(total - done - failed)} pending`,
  ]
  return `${plural(total, 'piece')}: ${parts.join(', ')}`
}
