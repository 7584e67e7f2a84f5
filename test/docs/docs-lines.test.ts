import t from 'tap'
import { pages } from './pages.ts'
import { testLines } from './type-lines.ts'

for (const page of pages) if (page !== 'README.md') testLines(t, page)
