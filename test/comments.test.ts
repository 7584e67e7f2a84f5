import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'

/** As many columns as lines of code may have. */
const maxColumns = 110

const isComment = (line: string) => /^\s*(\/\/|\/?\*)/.test(line)

/** Directives are one line by their nature, and so are addresses. */
const isOneLine = (line: string) => /https?:\/\/|biome-ignore|@ts-expect-error/.test(line)

t.test('comments are as narrow as code, which the formatter does not see to', async t => {
  for (const folder of ['server', 'console', 'test']) {
    const root = new URL(`../${folder}/`, import.meta.url).pathname
    const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(file =>
      /\.tsx?$/.test(file),
    )
    t.ok(files.length > 100, `${files.length} files of ${folder}/`)
    for (const file of files) {
      for (const [index, line] of readFileSync(join(root, file), 'utf8').split('\n').entries()) {
        if (line.length <= maxColumns || !isComment(line) || isOneLine(line)) continue
        t.fail(`${folder}/${file}:${index + 1} is a comment of ${line.length} columns`)
      }
    }
  }
})
