import type { FirehoseClient } from '@aws-sdk/client-firehose'
import type { KinesisClient } from '@aws-sdk/client-kinesis'

/** Where streams are, and how requests to them are signed. */
export interface StreamSettings {
  kinesisEndpoint: string | undefined
  firehoseEndpoint: string | undefined
  credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string }
}

/** An event as it is put on a stream. */
export interface StreamedEvent {
  id: number
  /** Its record, as JSON. */
  json: string
  /** Of the JSON. */
  bytes: number
  /** Records of one partition stay in their order. */
  partition: string
}

/** Ids of the events that a stream has not taken, in their order, and why. */
export type RefusedRecords = Map<number, string>

/** A stream that takes records. */
export interface Sink {
  /** Puts events on the stream, as one request. */
  put(events: StreamedEvent[], abortSignal: AbortSignal): Promise<RefusedRecords>
  /** The most bytes that a record may have: the stream refuses a request with a larger one for ever. */
  maxRecordBytes: number
  /** Closes the connections to the stream. */
  close(): void
}

/**
 * Bytes of a record: Kinesis takes 1 MiB with the partition key, Firehose 1,000 KiB with the line
 * break (source: API references).
 */
const maxRecordBytes = { kinesis: 1024 * 1024 - 1024, firehose: 1000 * 1024 - 1 }

/**
 * A stream that records are put on, which is connected to when it is first used.
 *
 * @returns undefined where no endpoint of the stream's service is set
 */
export function createSink(
  arn: string,
  { kinesisEndpoint, firehoseEndpoint, credentials }: StreamSettings,
): Sink | undefined {
  const [, , service, region = '', , path = ''] = arn.split(':')
  const name = path.slice(path.indexOf('/') + 1)
  const endpoint = service === 'kinesis' ? kinesisEndpoint : firehoseEndpoint
  if (!endpoint) return undefined
  const connect = async () => {
    const { NodeHttpHandler } = await import('@smithy/node-http-handler')
    // Local servers speak no HTTP/2, which the client of Kinesis would use.
    const requestHandler = new NodeHttpHandler({ connectionTimeout: 5_000 })
    return { endpoint, region, credentials, requestHandler, maxAttempts: 1 }
  }
  return service === 'kinesis' ? kinesisSink(name, connect) : firehoseSink(name, connect)
}

function kinesisSink(StreamName: string, connect: () => Promise<object>): Sink {
  let client: KinesisClient | undefined
  return {
    maxRecordBytes: maxRecordBytes.kinesis,
    async put(events, abortSignal) {
      const { KinesisClient, PutRecordsCommand } = await import('@aws-sdk/client-kinesis')
      client ??= new KinesisClient(await connect())
      const Records = events.map(({ json, partition }) => ({
        Data: Buffer.from(json),
        PartitionKey: partition,
      }))
      const answer = await client.send(new PutRecordsCommand({ StreamName, Records }), { abortSignal })
      return refusedOf(events, answer.Records)
    },
    close: () => client?.destroy(),
  }
}

/** Records on Firehose end with a line break, as it writes them one after the other (assumed). */
function firehoseSink(DeliveryStreamName: string, connect: () => Promise<object>): Sink {
  let client: FirehoseClient | undefined
  return {
    maxRecordBytes: maxRecordBytes.firehose,
    async put(events, abortSignal) {
      const { FirehoseClient, PutRecordBatchCommand } = await import('@aws-sdk/client-firehose')
      client ??= new FirehoseClient(await connect())
      const Records = events.map(({ json }) => ({ Data: Buffer.from(`${json}\n`) }))
      const command = new PutRecordBatchCommand({ DeliveryStreamName, Records })
      const answer = await client.send(command, { abortSignal })
      return refusedOf(events, answer.RequestResponses)
    },
    close: () => client?.destroy(),
  }
}

/** Both services answer with a result for each record, in the order of the request. */
function refusedOf(
  events: StreamedEvent[],
  results: { ErrorCode?: string; ErrorMessage?: string }[] = [],
): RefusedRecords {
  return new Map(
    events.flatMap(({ id }, index) => {
      const { ErrorCode, ErrorMessage = '' } = results[index] ?? {}
      return ErrorCode === undefined ? [] : [[id, `${ErrorCode}: ${ErrorMessage}`] as const]
    }),
  )
}
