import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The repository. */
export const root = fileURLToPath(new URL('../../', import.meta.url))

/** All pages, by their paths. */
export const pages = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(`${root}/docs`, { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.md'))
    .map(name => `docs/${name}`)
    .sort(),
]

/** The pages about the code, for those who change it. */
export const codePages = pages.filter(page =>
  /^(CONTRIBUTING|docs\/(architecture|invariants|performance|decisions\/.+))\.md$/.test(page),
)

export const readPage = (page: string): string => readFileSync(`${root}/${page}`, 'utf8')

/** Whether the lines of a page continue those of the README's first section, as its opening says. */
export const continuesReadme = (page: string): boolean =>
  /\bquick\s+start\]\(\.\.\/README\.md#quick-start\)/.test(readPage(page).split('\n## ')[0]!)

/** The part of a page below one of its headings of second level. */
export function sectionOf(page: string, heading: string): string {
  const section = `\n${readPage(page)}`.split('\n## ').find(text => text.startsWith(`${heading}\n`))
  if (section === undefined) throw new Error(`${page} has no section ${heading}`)
  return section
}

/** The rows of the first table in a text, without its head: the cells of each. */
export function rowsOf(text: string): string[][] {
  const [table] = text.match(/(?:^\|.*\|\n)+/m)!
  const rows = table.split('\n').slice(2, -1)
  return rows.map(row =>
    row
      .split('|')
      .slice(1, -1)
      .map(cell => cell.trim()),
  )
}

/** A fenced block of a page. */
export interface Block {
  page: string
  /** Number of its first line, from 1. */
  line: number
  /** The heading of second level above it; empty before the first one. */
  section: string
  /** The word after the opening fence. */
  language: string
  code: string
  /** Why the tests do not run it, from a comment `<!-- not run: … -->` above it. */
  notRun: string | undefined
  /** What it prints: a block without a language right below it. */
  output: string | undefined
}

/** The fenced blocks of a page, except those that show what another one prints. */
export function blocksOf(page: string): Block[] {
  const blocks: Block[] = []
  let section = ''
  let notRun: string | undefined
  let open: Block | undefined
  /** The block that has just ended, with nothing but empty lines below it so far. */
  let above: Block | undefined
  for (const [index, text] of readPage(page).split('\n').entries()) {
    const fence = text.match(/^ *```(\w*)/)
    if (open !== undefined && fence === null) {
      open.code += `${text}\n`
    } else if (open !== undefined) {
      if (open.language === '' && above !== undefined) above.output = open.code
      else blocks.push(open)
      above = open
      open = undefined
    } else if (fence !== null) {
      open = { page, line: index + 2, section, language: fence[1]!, code: '', notRun, output: undefined }
      notRun = undefined
    } else if (text.trim() !== '') {
      section = text.match(/^## (.+)/)?.[1] ?? section
      notRun = text.match(/^ *<!-- not run: (.+) -->$/)?.[1]
      above = undefined
    }
  }
  return blocks
}
