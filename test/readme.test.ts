import { readFileSync } from 'node:fs'
import type { InjectOptions } from 'fastify'
import t from 'tap'
import { buildTestApp } from './support/helpers.ts'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
const operations: { name: string; method: InjectOptions['method']; uri: string }[] = JSON.parse(
  readFileSync(new URL('../fixtures/operations.json', import.meta.url), 'utf8'),
)

/** The names in one column of the table of operations. */
function namesInColumn(column: number): string[] {
  const table = readme.slice(readme.indexOf('## Operations')).match(/(?:^\|.*\|\n)+/m)![0]
  const rows = table.split('\n').slice(2, -1)
  return rows.flatMap(row => row.split('|')[column]!.trim().split(', ').filter(Boolean))
}

t.test('the table of operations in the README says of each of the 122 what the code does', async t => {
  const { app } = buildTestApp(t)
  const served: string[] = []
  const notServed: string[] = []
  for (const { name, method, uri } of operations) {
    const url = uri.replace(/\{[^}]+\}/g, 'x')
    const { statusCode } = await app.inject({ method, url })
    const list = statusCode === 501 ? notServed : served
    list.push(name)
  }
  t.same(namesInColumn(2).sort(), served.sort())
  t.same(namesInColumn(3).sort(), notServed.sort())
  t.match(readme, `${served.length} of Pinpoint's 122\noperations`)
})
