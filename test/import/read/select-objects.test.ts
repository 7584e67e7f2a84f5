import t from 'tap'
import type { Bucket } from '../../../server/buckets/bucket.ts'
import { Skipped, selectObjects } from '../../../server/import/read/select-objects.ts'
import type { Format } from '../../../server/model/import-job.ts'
import { signal } from '../../support/items.ts'

/** A bucket of objects, each of one byte unless its size is given. */
function bucketOf(keys: (string | [key: string, size: number])[]): Bucket {
  const objects = keys
    .map(key => (typeof key === 'string' ? { key, size: 1 } : { key: key[0], size: key[1] }))
    .sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)))
  return {
    async *list(prefix) {
      for (const { key, size } of objects) if (key.startsWith(prefix)) yield { key, size, etag: key }
    },
    open: () => {
      throw new Error('selecting opens nothing')
    },
  }
}

async function select(
  keys: (string | [key: string, size: number])[],
  key: string,
  format: Format = 'CSV',
  { compressed = true } = {},
) {
  const selected: string[] = []
  for await (const object of selectObjects(bucketOf(keys), key, format, { compressed, signal }))
    selected.push(object.key)
  return selected
}

/** What a selection tells that it has skipped. */
async function skip(
  keys: (string | [key: string, size: number])[],
  key: string,
  format: Format = 'CSV',
  { compressed = true } = {},
) {
  const skipped = new Skipped()
  for await (const _ of selectObjects(bucketOf(keys), key, format, { compressed, signal, skipped }));
  return skipped
}

t.test('a key that is an object is read whatever it is called, and nothing else is', async t => {
  t.same(await select(['in/users', 'in/users.csv', 'in/users/more.csv'], 'in/users'), ['in/users'])
  for (const key of ['a.json', 'a.zip', '_hidden', '.hidden', 'in/_a.csv', 'a.csv.gz', 'a.parquet']) {
    t.same(await select([key, `${key}.csv`], key), [key])
  }
})

t.test('a key that is an empty object is that object', async t => {
  t.same(await select([['a.csv', 0], 'a.csv.csv'], 'a.csv'), ['a.csv'])
})

t.test(
  'a prefix takes every object of the format below it, sub-folders included, in the order of keys',
  async t => {
    const keys = ['in/c/d/e.csv', 'in/a.csv', 'in/b.CSV', 'in/c/f.csv', 'in/c.csv', 'out/a.csv']
    const wanted = ['in/a.csv', 'in/b.CSV', 'in/c.csv', 'in/c/d/e.csv', 'in/c/f.csv']
    t.same(await select(keys, 'in/'), wanted)
    t.same(await select(keys, 'in'), wanted)
    t.same(await select(keys, ''), [...wanted, 'out/a.csv'])
  },
)

t.test('a prefix need not end where a folder does', async t => {
  t.same(await select(['in/part-1.csv', 'in/part-2.csv', 'in/port.csv', 'inner/x.csv'], 'in/part-'), [
    'in/part-1.csv',
    'in/part-2.csv',
  ])
  t.same(await select(['in/a.csv', 'inner/x.csv'], 'in'), ['in/a.csv', 'inner/x.csv'])
})

t.test('under a prefix, markers, hidden, empty and other objects are passed over', async t => {
  const keys: (string | [string, number])[] = [
    ...['in/_SUCCESS', 'in/_a.csv', 'in/.a.csv', 'in/b/.b.csv', 'in/a.json', 'in/a.zip', 'in/a.txt', 'in/a'],
    ['in/', 0],
    ['in/b/', 0],
    ['in/odd.csv/', 1],
    ['in/empty.csv', 0],
    ...['in/_folder/a.csv', 'in/z.csv'],
  ]
  t.same(await select(keys, 'in/'), ['in/_folder/a.csv', 'in/z.csv'])
})

t.test('objects of JSON end in .json, .jsonl or .ndjson', async t => {
  const keys = ['in/a.json', 'in/b.jsonl', 'in/c.ndjson', 'in/d.csv', 'in/e.JSON']
  t.same(await select(keys, 'in/', 'JSON'), ['in/a.json', 'in/b.jsonl', 'in/c.ndjson', 'in/e.JSON'])
})

t.test('a compressed object counts by the name before .gz', async t => {
  const keys = ['in/a.csv.gz', 'in/b.json.gz', 'in/c.csv.GZ', 'in/d.csv.zip', 'in/e.gz']
  t.same(await select(keys, 'in/'), ['in/a.csv.gz', 'in/c.csv.GZ'])
  t.same(await select(keys, 'in/', 'JSON'), ['in/b.json.gz'])
})

t.test('compressed objects under a prefix are passed over where they are not to be read', async t => {
  const keys = ['in/a.csv.gz', 'in/b.csv', 'in/c.GZ', 'in/d.zip']
  t.same(await select(keys, 'in/', 'CSV', { compressed: false }), ['in/b.csv'])
  t.same(await select(['in/a.csv.gz', 'in/c.gz'], 'in/', 'CSV', { compressed: false }), [])
})

t.test('where no object has an ending of the format, those are read whose ending says nothing', async t => {
  const keys: (string | [string, number])[] = [
    ...['in/_SUCCESS', 'in/.x', 'in/a.json', 'in/b.zip', 'in/part-0', 'in/part-1.snappy', 'in/part-2.gz'],
    ['in/part-3', 0],
  ]
  t.same(await select(keys, 'in/'), ['in/part-0', 'in/part-1.snappy', 'in/part-2.gz'])
  t.same(await select([...keys, 'in/x.csv'], 'in/'), ['in/x.csv'])
})

t.test('an ending that is the name of an inherited property is unknown', async t => {
  t.same(await select(['in/a.constructor'], 'in/'), ['in/a.constructor'])
})

t.test('where there is nothing of the format, nothing is read', async t => {
  t.same(await select(['in/a.json', 'in/_SUCCESS', ['in/a.csv', 0]], 'in/'), [])
  t.same(await select([], ''), [])
})

t.test('objects that are skipped are named, with the reasons', async t => {
  const keys: (string | [string, number])[] = [
    ...['in/_SUCCESS', 'in/.a.csv', 'in/a.csv', 'in/a.json', 'in/b.zip', 'in/c', 'in/d.txt', 'in/e.json.gz'],
    ['in/', 0],
    ['in/empty.csv', 0],
    ['in/odd.csv/', 1],
    'out/a.csv',
  ]
  t.same(await skip(keys, 'in/'), {
    total: 9,
    items: [
      { object: 'in/.a.csv', reason: 'its name begins with .' },
      { object: 'in/_SUCCESS', reason: 'its name begins with _' },
      { object: 'in/a.json', reason: 'its name says that it is JSON' },
      { object: 'in/b.zip', reason: 'it is an archive' },
      { object: 'in/e.json.gz', reason: 'its name says that it is JSON' },
      { object: 'in/empty.csv', reason: 'it is empty' },
      { object: 'in/odd.csv/', reason: 'its key ends with a slash' },
      { object: 'in/c', reason: 'its name does not end in .csv' },
      { object: 'in/d.txt', reason: 'its name does not end in .csv' },
    ],
  })
  t.match(await skip(['a.csv.gz', 'b.csv'], '', 'CSV', { compressed: false }), {
    total: 1,
    items: [{ object: 'a.csv.gz', reason: 'it is compressed' }],
  })
  t.match(await skip(['a.json', 'b'], '', 'JSON'), {
    total: 1,
    items: [{ object: 'b', reason: 'its name does not end in .json, .jsonl, .ndjson' }],
  })
  t.match(await skip(['in/part-0', 'in/x.json'], 'in/'), {
    total: 1,
    items: [{ object: 'in/x.json' }],
  })
  t.match(
    await skip(['a.csv', 'a.csv.json'], 'a.csv'),
    { total: 0 },
    'of one object, others are not asked for',
  )
})

t.test('of very many objects that are skipped the first are named, and all are counted', async t => {
  const keys = Array.from({ length: 150 }, (_, index) => `${1000 + index}`)
  const skipped = await skip([...keys, '1.json', 'a.csv'], '')
  t.equal(skipped.total, 151)
  t.same([skipped.items.length, skipped.items[0]?.object, skipped.items[1]?.object], [100, '1.json', '1000'])
})

t.test('what is known to be unreadable is selected by its name, and a folder always', async t => {
  const bucket: Bucket = {
    async *list() {
      for (const key of ['.a.csv', 'a.csv', 'b.json', 'c', 'folder/', 'last.csv'])
        yield { key, size: 0, etag: '', ...(key !== 'last.csv' && { unreadable: 'for a reason' }) }
    },
    open: () => {
      throw new Error('selecting opens nothing')
    },
  }
  const selected: string[] = []
  const skipped = new Skipped()
  const selection = { compressed: true, signal, skipped }
  for await (const { key } of selectObjects(bucket, '', 'CSV', selection)) selected.push(key)
  t.same(selected, ['a.csv', 'folder/'])
  t.same(
    skipped.items.map(({ object }) => object),
    ['.a.csv', 'b.json', 'last.csv', 'c'],
  )
})
