import { structuredPatch } from 'diff'

/** A line of a comparison: kept, added, removed; or where lines are left out. */
export interface DiffLine {
  mark: ' ' | '+' | '-' | '…'
  text: string
}

/** Milliseconds after which two texts count as too different to be compared. */
const timeout = 2000

/**
 * Compares two texts line by line, with three lines around each change.
 *
 * @returns undefined if they are too different
 */
export function compareTexts(from: string, to: string): DiffLine[] | undefined {
  const patch = structuredPatch('', '', from, to, '', '', { context: 3, timeout })
  return patch?.hunks.flatMap(({ oldStart, newStart, lines }): DiffLine[] => [
    ...(oldStart > 1
      ? [{ mark: '…' as const, text: `line ${oldStart}${oldStart === newStart ? '' : `, now ${newStart}`}` }]
      : []),
    ...lines
      // "No newline at end of file" says nothing of a template.
      .filter(line => !line.startsWith('\\'))
      .map((line): DiffLine => ({ mark: line[0] as DiffLine['mark'], text: line.slice(1) })),
  ])
}
