import { Graph as Dagre, type EdgeLabel, type GraphLabel, layout, type NodeLabel } from '@dagrejs/dagre'
import { count } from '../../format.ts'
import type { Graph } from './graph.ts'

/** Where everything is, in pixels from the left top corner. */
export interface Places {
  width: number
  height: number
  nodes: Map<string, Box>
  edges: Map<string, Line>
}

interface Line {
  /** As an SVG path. */
  path: string
  /** How an arrow head that points down is to be moved to its end, as an SVG transform. */
  head: string
  /** The middle of its label. */
  x: number
  y: number
}

interface Box {
  left: number
  top: number
  width: number
  height: number
}

interface Point {
  x: number
  y: number
}

const sizes = {
  start: { width: 72, height: 32 },
  activity: { width: 224, height: 56 },
  missing: { width: 224, height: 56 },
  end: { width: 12, height: 12 },
}

/** Room for a count of so many digits, so that nothing moves while numbers grow. */
const roomForCount = count(1_000_000).length

/** What an edge says beside its line. */
export const edgeLabel = (name: string, number: number | undefined): string =>
  [name, number === undefined ? '' : count(number)].filter(Boolean).join(' · ')

/**
 * Lays out a journey from top to bottom.
 *
 * @param hasCounts whether edges say numbers
 */
export function layOut({ nodes, edges }: Graph, hasCounts: boolean): Places {
  const graph = new Dagre<GraphLabel, NodeLabel, EdgeLabel>({ multigraph: true })
  graph.setGraph({ rankdir: 'TB', nodesep: 24, ranksep: 28, edgesep: 16, marginx: 16, marginy: 16 })
  for (const { id, type } of nodes) graph.setNode(id, { ...sizes[type] })
  for (const { id, from, to, name } of edges) {
    const characters = name.length + (hasCounts ? roomForCount : 0)
    const label = characters === 0 ? { width: 0, height: 0 } : { width: characters * 7 + 16, height: 20 }
    graph.setEdge(from, to, { ...label, labelpos: 'c' }, id)
  }
  layout(graph)
  const { width = 0, height = 0 } = graph.graph()
  return {
    width,
    height,
    nodes: new Map(
      nodes.map(({ id }) => {
        const { x = 0, y = 0, width, height } = graph.node(id)
        return [id, { left: x - width / 2, top: y - height / 2, width, height }]
      }),
    ),
    edges: new Map(
      edges.map(({ id, from, to }) => {
        const { points = [], x, y } = graph.edge(from, to, id)
        if (from === to) return [id, loopOf(graph.node(from), { x: x!, y: y! })]
        // From the middle of a node's lower edge to that of another's upper edge, so that a flat line
        // does not run behind the nodes beside them; the last bit is upright, as arrow heads are.
        const end = edgeOf(graph.node(to), points.at(-2)!)
        const before = { x: end.x, y: end.y + (end.y < graph.node(to).y! ? -12 : 12) }
        const line = [edgeOf(graph.node(from), points[1]!), ...points.slice(1, -1), before, end]
        const [first, last] = [line[0]!, line.at(-1)!]
        const place = { x: x ?? (first.x + last.x) / 2, y: y ?? (first.y + last.y) / 2 }
        return [id, { path: curve(line), head: headOf(line), ...place }]
      }),
    ),
  }
}

/** The middle of the edge of a node, the lower or the upper one, that is nearer to a point. */
const edgeOf = ({ x = 0, y = 0, height }: NodeLabel, to: Point): Point => ({
  x,
  y: y + (to.y > y ? height : -height) / 2,
})

/** From the right edge of a node back to it, by way of its label. */
function loopOf({ x = 0, y = 0, width, height }: NodeLabel, label: Point): Line {
  const right = x + width / 2
  const [above, below] = [y - height / 4, y + height / 4]
  const line = [
    { x: right, y: below },
    { x: label.x, y: below },
    { x: label.x, y: above },
    { x: right, y: above },
  ]
  return { path: curve(line), head: headOf(line), ...label }
}

/** A line with round corners: from the middle of each part to that of the next. */
function curve(points: Point[]): string {
  const [first, ...rest] = points
  const middle = ({ x, y }: Point, to: Point): string => `${(x + to.x) / 2} ${(y + to.y) / 2}`
  const turns = rest
    .slice(0, -1)
    .map((point, index) => `Q${point.x} ${point.y} ${middle(point, rest[index + 1]!)}`)
  const last = rest.at(-1)!
  return `M${first!.x} ${first!.y}L${middle(first!, rest[0]!)}${turns.join('')}L${last.x} ${last.y}`
}

function headOf(points: Point[]): string {
  const [from, to] = points.slice(-2) as [Point, Point]
  const angle = (Math.atan2(to.y - from.y, to.x - from.x) * 180) / Math.PI - 90
  return `translate(${to.x} ${to.y}) rotate(${angle})`
}
