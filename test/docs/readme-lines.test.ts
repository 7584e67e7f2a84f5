import t from 'tap'
import { continuesReadme, pages } from './pages.ts'
import { testLines } from './type-lines.ts'

testLines(t, ['README.md', ...pages.filter(continuesReadme)])
