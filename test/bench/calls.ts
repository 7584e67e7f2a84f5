import { compareWithBare } from './bench.ts'
import type { Filled } from './filled.ts'

/** Calls on single endpoints and on batches, in an application that holds the data set. */
export async function benchCalls({ server, endpoints, app }: Filled): Promise<void> {
  const someNumber = (number: number) => (number * 7919) % endpoints
  const id = (number: number) => `ep-${String(someNumber(number)).padStart(8, '0')}`
  await compareWithBare(`GetEndpoint, of ${endpoints}`, server, 10_000, number => ({
    path: `${app}/endpoints/${id(number)}`,
  }))
  await compareWithBare(`GetUserEndpoints, of ${endpoints}`, server, 10_000, number => ({
    path: `${app}/users/user-${someNumber(number) >> 1}`,
  }))
  await benchBatches({ server, app }, 'endpoints')
}

const size = 100

/** Endpoints written a second by batches of 100. */
export async function benchBatches(
  { server, app }: Pick<Filled, 'server' | 'app'>,
  where: string,
): Promise<void> {
  await compareWithBare(
    `UpdateEndpointsBatch of 100, ${where}`,
    server,
    200,
    number => ({
      method: 'PUT',
      path: `${app}/endpoints`,
      body: JSON.stringify({
        Item: Array.from({ length: size }, (_, index) => ({
          Id: `batch-${number * size + index}`,
          ChannelType: 'EMAIL',
          Address: `batch-${number * size + index}@example.com`,
          Attributes: { Plan: ['free'] },
          Metrics: { Score: index },
          User: { UserId: `batch-user-${number * size + index}` },
        })),
      }),
    }),
    size,
  )
}
