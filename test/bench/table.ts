import { cpus, loadavg } from 'node:os'
import type { Bench } from './bench.ts'
import { sqliteVersion } from './sqlite-import.ts'

/** What a figure, or its ratio to the yardstick, has to keep to. */
export interface Goal {
  of: 'figure' | 'ratio'
  atMost?: number
  atLeast?: number
}

/** What was measured of one build. */
export interface Measured {
  figure: number
  yardstick?: number
}

export interface TableRow {
  what: string
  /** By the builds in their order. */
  measured: Measured[]
  /** What the yardstick is. */
  of?: string
  unit: (figure: number) => string
  goal?: Goal
  /** Stands where the yardstick would. */
  note?: string
}

export const milliseconds = (figure: number): string => `${figure.toFixed(figure < 10 ? 1 : 0)} ms`
export const seconds = (figure: number): string => `${figure.toFixed(figure < 10 ? 2 : 1)} s`
export const mebibytes = (figure: number): string => `${figure.toFixed(0)} MiB`
export const perSecond = (figure: number): string => `${Math.round(figure).toLocaleString('en')}/s`

const columns: [title: string, width: number][] = [
  ['', 54],
  ['figure', 9],
  ['yardstick', 42],
  ['ratio', 6],
  ['goal', 9],
  ['', 5],
]
const comparing: [title: string, width: number][] = [
  ['before', 9],
  ['now / before', 12],
]

/** Prints a table's head, and gives what prints a row. */
export function beginTable({ builds }: Bench, title: string): (row: TableRow) => void {
  const all = builds.length > 1 ? [...columns, ...comparing] : columns
  const print = (cells: string[]) =>
    console.log(`| ${all.map(([, width], index) => (cells[index] ?? '').padEnd(width)).join(' | ')} |`)
  console.log(`\n## ${title}\n`)
  print(all.map(([title]) => title))
  print(all.map(([, width]) => '-'.repeat(width)))
  return ({ what, measured, of, unit, goal, note }) => {
    const [now, before] = measured
    const ratio = now!.yardstick === undefined ? undefined : now!.figure / now!.yardstick
    print([
      what,
      unit(now!.figure),
      now!.yardstick === undefined ? (note ?? '') : `${of}: ${unit(now!.yardstick)}`,
      ratio === undefined ? '' : ratio.toFixed(2),
      ...judge(goal, goal?.of === 'ratio' ? ratio : now!.figure, goal?.of === 'ratio' ? String : unit),
      ...(before === undefined ? [] : [unit(before.figure), (now!.figure / before.figure).toFixed(2)]),
    ])
  }
}

/** The cells of a goal and of whether it was met. */
function judge(goal: Goal | undefined, value: number | undefined, unit: (figure: number) => string) {
  if (goal === undefined || value === undefined) return ['', '']
  const { atMost = Number.POSITIVE_INFINITY, atLeast = Number.NEGATIVE_INFINITY } = goal
  return [
    goal.atMost === undefined ? `≥ ${unit(atLeast)}` : `≤ ${unit(atMost)}`,
    value > atMost ? 'over' : value < atLeast ? 'under' : 'ok',
  ]
}

/** What the figures depend on beside the code. */
export function describeRun({ rows, rounds }: Bench): string {
  const [load] = loadavg()
  return [
    `${rows.toLocaleString('en')} rows${rows === 1_000_000 ? '' : ' (the goals are meant for a million)'}`,
    `imports measured ${rounds === 1 ? 'once' : `${rounds} times`}`,
    `node ${process.version}`,
    sqliteVersion() ?? 'no sqlite3 command line, so imports have no yardstick',
    `${cpus().length} × ${cpus()[0]?.model}, load ${load!.toFixed(1)} at the start`,
  ].join(' · ')
}
