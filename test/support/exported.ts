import { gunzipSync } from 'node:zlib'
import type { EndpointResponse, ExportJobResponse } from '@aws-sdk/client-pinpoint'
import type { Buckets } from './buckets.ts'

/** What an export has written, by key: the endpoints of each object. */
export async function readExports(
  buckets: Buckets,
  { Id }: Pick<ExportJobResponse, 'Id'>,
  bucket = 'data',
): Promise<Record<string, EndpointResponse[]>> {
  const objects = Object.entries(await buckets.read(bucket)).filter(([key]) => key.includes(Id!))
  return Object.fromEntries(
    objects.map(([key, content]) => {
      const lines = gunzipSync(content).toString().split('\n')
      return [key, lines.slice(0, -1).map(line => JSON.parse(line) as EndpointResponse)]
    }),
  )
}

/** The same in one list. */
export const endpointsExported = async (
  ...args: Parameters<typeof readExports>
): Promise<EndpointResponse[]> => Object.values(await readExports(...args)).flat()
