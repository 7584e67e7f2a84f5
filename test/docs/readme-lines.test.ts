import t from 'tap'
import { testLines } from './type-lines.ts'

testLines(t, 'README.md')
