import t from 'tap'
import { continuesReadme, pages } from './pages.ts'
import { testLines } from './type-lines.ts'

for (const page of pages) if (page !== 'README.md' && !continuesReadme(page)) testLines(t, [page])
