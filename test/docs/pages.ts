import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The repository. */
export const root = fileURLToPath(new URL('../../', import.meta.url))

/** The pages that tell people what to type. */
export const pages = [
  'README.md',
  ...readdirSync(`${root}/docs`)
    .filter(name => name.endsWith('.md'))
    .map(name => `docs/${name}`),
]

export const readPage = (page: string): string => readFileSync(`${root}/${page}`, 'utf8')

/** A fenced block of a page. */
export interface Block {
  page: string
  /** Of its first line, from 1. */
  line: number
  /** The heading of second level above it; empty before the first one. */
  section: string
  /** What stands behind the fence. */
  language: string
  code: string
  /** Why nobody runs it, from a comment `<!-- not run: … -->` above it. */
  notRun: string | undefined
  /** What it prints: a block without a language right below it. */
  output: string | undefined
}

/** The fenced blocks of a page, but for those that show what another one prints. */
export function blocksOf(page: string): Block[] {
  const blocks: Block[] = []
  let section = ''
  let notRun: string | undefined
  let open: Block | undefined
  /** The block that has just ended, and has nothing but empty lines below it so far. */
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
