import { useSignal } from '@preact/signals'
import { useEffect, useLayoutEffect, useMemo, useRef } from 'preact/hooks'
import type { Activity } from '../../../server/model/journey.ts'
import { Icon } from '../../parts/icon.tsx'
import { ErrorBox, Loading } from '../../parts/states.tsx'
import { type Counts, type Graph, waysOf, whoIsWhere } from './graph.ts'
import type { edgeLabel, layOut, Places } from './layout.ts'
import { SelectLink } from './select-link.tsx'
import { activityWords, iconOf } from './words.ts'

type Layout = { layOut: typeof layOut; edgeLabel: typeof edgeLabel }

/**
 * The journey as a graph. Lines are SVG; activities are links in a list, in the order of the
 * definition, so that they can be read and reached without seeing the lines.
 *
 * @param counts absent for a draft, which has none
 */
export function Drawing({
  graph,
  activities,
  counts,
  selected,
}: {
  graph: Graph
  activities: Record<string, Activity>
  counts: Counts | undefined
  selected: string | undefined
}) {
  const layout = useSignal<Layout | Error | undefined>(undefined)
  useEffect(() => {
    import('./layout.ts').then(
      module => {
        layout.value = module
      },
      () => {
        layout.value = new Error('The emulator did not answer. If it was updated, reload the page.')
      },
    )
  }, [layout])
  if (layout.value === undefined) return <Loading />
  if (layout.value instanceof Error) return <ErrorBox error={layout.value} />
  return (
    <LaidOut
      graph={graph}
      activities={activities}
      counts={counts}
      selected={selected}
      layout={layout.value}
    />
  )
}

function LaidOut({
  graph,
  activities,
  counts,
  selected,
  layout: { layOut, edgeLabel },
}: Parameters<typeof Drawing>[0] & { layout: Layout }) {
  const hasCounts = counts !== undefined
  const places = useMemo(() => layOut(graph, hasCounts), [graph, hasCounts, layOut])
  const here = counts && whoIsWhere(graph, counts)
  const names = new Map(
    graph.nodes.map(({ id, type, key }) => [
      id,
      type === 'start' ? 'Start' : type === 'end' ? 'the end' : key,
    ]),
  )
  const { frame, scale } = useFit(places)
  return (
    <div class="drawing-frame" ref={frame}>
      <div
        class="drawing"
        style={{ width: `${places.width}px`, height: `${places.height}px`, zoom: String(scale) }}
      >
        <svg width={places.width} height={places.height} aria-hidden="true">
          {graph.edges.map(({ id, to, count }) => {
            const { path, head } = places.edges.get(id)!
            return (
              <g key={id} class={counts && count(counts) > 0 ? 'walked' : undefined}>
                <path d={path} />
                {!to.startsWith('end') && <path class="head" d="M0 0L-4 -8L4 -8z" transform={head} />}
              </g>
            )
          })}
        </svg>
        <ul aria-label="Activities">
          {graph.nodes.map(({ id, type, key }) => {
            const { left, top, width, height } = places.nodes.get(id)!
            const style = { left: `${left}px`, top: `${top}px`, width: `${width}px`, height: `${height}px` }
            if (type === 'start') {
              return (
                <li key={id} class="node-start" style={style}>
                  Start
                </li>
              )
            }
            if (type === 'end') return <li key={id} class="node-end" style={style} aria-hidden="true" />
            const activity = activities[key]
            if (type === 'missing' || activity === undefined) {
              return (
                <li key={id} class="node-missing" style={style}>
                  <Icon name="triangle-alert" />
                  <span class="node-words">There is no such activity</span>
                  <span class="meta node-key">{key}</span>
                </li>
              )
            }
            const leads = waysOf(activity).map(
              ({ name, next }) => `${name} ${next ? `to ${next}` : 'to the end'}`,
            )
            return (
              <li key={id} style={style} data-row>
                <SelectLink activity={key} selected={selected} class="node">
                  <Icon name={iconOf(activity)} />
                  <span class="node-words" title={activityWords(activity)}>
                    {activityWords(activity)}
                  </span>
                  <span class="meta node-key">
                    {key}
                    {here?.has(key) && <b>{here.get(key)}</b>}
                  </span>
                  <span class="sr-only">Leads {leads.join(', ')}</span>
                </SelectLink>
              </li>
            )
          })}
        </ul>
        <ul aria-label="Ways from activity to activity">
          {graph.edges.map(({ id, from, to, name, count }) => {
            const label = edgeLabel(name, counts && count(counts))
            const { x, y } = places.edges.get(id)!
            return (
              label && (
                <li
                  key={id}
                  class={`edge-label ${counts && count(counts) > 0 ? 'walked' : ''}`}
                  style={{ left: `${x}px`, top: `${y}px` }}
                >
                  <span class="sr-only">{`${names.get(from)} to ${names.get(to)}: `}</span>
                  {label}
                </li>
              )
            )
          })}
        </ul>
      </div>
    </div>
  )
}

/** A drawing that is too wide is made smaller, so far that it can still be read. */
const smallest = 0.7

/** Fits the drawing into its frame, and scrolls what is still too wide to where the journey starts. */
function useFit(places: Places) {
  const frame = useRef<HTMLDivElement>(null)
  const scale = useSignal(1)
  useLayoutEffect(() => {
    const element = frame.current!
    const fit = () => {
      scale.value = Math.min(1, Math.max(smallest, element.clientWidth / places.width))
    }
    const observer = new ResizeObserver(fit)
    observer.observe(element)
    fit()
    const { left, width } = places.nodes.get('start')!
    element.scrollLeft = (left + width / 2) * scale.peek() - element.clientWidth / 2
    return () => observer.disconnect()
  }, [places, scale])
  return { frame, scale: scale.value }
}
