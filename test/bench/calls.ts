import type { Bench } from './bench.ts'
import { columns, endpointRow } from './data-set.ts'
import type { Filled } from './filled.ts'
import { compareWithBare, type LoadRequest } from './load.ts'
import { beginTable, type TableRow } from './table.ts'

/** Calls a second, by 20 clients at once, to an application that holds the data set. */
export async function benchCalls(bench: Bench, filled: Filled[]): Promise<void> {
  const addRow = beginTable(bench, 'Calls')
  const rows = Array.from({ length: 1000 }, (_, number) => endpointRow((number * 7919) % bench.rows))
  const paths = (app: string, folder: string, column: (typeof columns)[number]): LoadRequest[] =>
    rows.map(row => ({ path: `${app}/${folder}/${row[columns.indexOf(column)]}` }))
  addRow(
    await compareWithBare(bench, 'GetImportJob', filled, ({ job }) => [{ path: job }], {
      goal: { of: 'ratio', atLeast: 0.4 },
    }),
  )
  addRow(await compareWithBare(bench, 'GetEndpoint', filled, ({ app }) => paths(app, 'endpoints', 'Id')))
  addRow(
    await compareWithBare(bench, 'GetUserEndpoints', filled, ({ app }) => paths(app, 'users', 'User.UserId')),
  )
  addRow(
    await compareWithBare(
      bench,
      'UpdateEndpoint, new ones',
      filled,
      ({ app }, round) =>
        Array.from({ length: 5000 }, (_, index): LoadRequest => {
          const { Id, ...endpoint } = newEndpoint(`single-${round}-${index}`)
          return { method: 'PUT', path: `${app}/endpoints/${Id}`, body: JSON.stringify(endpoint) }
        }),
      { once: true },
    ),
  )
  addRow(await compareBatches(bench, filled, 'UpdateEndpointsBatch of new ones, endpoints', 'batch'))
}

const batchSize = 100

/**
 * Endpoints written a second by batches of a hundred that are new.
 *
 * @param prefix of their ids, which must be another each time
 */
export function compareBatches(
  bench: Bench,
  filled: Filled[],
  what: string,
  prefix: string,
): Promise<TableRow> {
  return compareWithBare(
    bench,
    what,
    filled,
    ({ app }, round) =>
      Array.from({ length: 200 }, (_, index): LoadRequest => {
        const Item = Array.from({ length: batchSize }, (_, item) =>
          newEndpoint(`${prefix}-${round}-${index}-${item}`),
        )
        return { method: 'PUT', path: `${app}/endpoints`, body: JSON.stringify({ Item }) }
      }),
    { once: true, each: batchSize },
  )
}

const newEndpoint = (name: string) => ({
  Id: name,
  ChannelType: 'EMAIL',
  Address: `${name}@example.com`,
  Attributes: { Plan: ['free'], Source: ['api'] },
  Metrics: { Visits: 1 },
  User: { UserId: `user-${name}`, UserAttributes: { FirstName: ['Ada'] } },
})
