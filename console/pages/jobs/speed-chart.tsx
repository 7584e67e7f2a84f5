import { count } from '../../format.ts'
import { Table } from '../../parts/table.tsx'
import type { Speed } from './use-job.ts'

const [width, height] = [480, 96]

/** Lines of the table, which has every so many-th point of a long line. */
const tableRows = 20

/** How fast a job is, as a line over time; as a table for those who do not see it. */
export function SpeedChart({ speeds, unit }: { speeds: readonly Speed[]; unit: string }) {
  const [first, last] = [speeds[0], speeds.at(-1)]
  if (first === undefined || last === undefined || speeds.length < 2) return null
  const max = Math.max(...speeds.map(({ perSecond }) => perSecond), 1)
  const x = ({ at }: Speed) => ((at - first.at) / (last.at - first.at)) * width
  const y = ({ perSecond }: Speed) => height - (perSecond / max) * height
  const line = speeds.map(speed => `${x(speed).toFixed(1)},${y(speed).toFixed(1)}`).join(' ')
  const step = Math.ceil(speeds.length / tableRows)
  return (
    <figure class="speed">
      <figcaption class="meta">
        <span>{`${unit}/s, at most ${count(Math.round(max))}`}</span>
        <span>{`${Math.round(last.at - first.at)} s`}</span>
      </figcaption>
      <svg viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" aria-hidden="true">
        <line x1="0" x2={width} y1={height} y2={height} class="axis" />
        <polygon points={`0,${height} ${line} ${width},${height}`} />
        <polyline points={line} />
      </svg>
      <details>
        <summary>As a table</summary>
        <Table
          caption={`${unit} per second`}
          columns={[
            { head: 'Second', number: true, cell: ({ at }) => Math.round(at) },
            { head: `${unit}/s`, number: true, cell: ({ perSecond }) => count(Math.round(perSecond)) },
          ]}
          rows={speeds.filter((_, index) => index % step === 0)}
          keyOf={({ at }) => String(at)}
        />
      </details>
    </figure>
  )
}
