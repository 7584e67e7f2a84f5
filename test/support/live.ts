import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import type { TSchema } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import type { Test } from 'tap'
import { type LiveEvents, type LiveKind, liveEvents } from '../../server/control/live/shapes.ts'
import { until } from './helpers.ts'

/** An event as it was received, of any kind. */
export type Received = {
  [Kind in LiveKind]: { id: number; kind: Kind; data: LiveEvents[Kind] }
}[LiveKind]

/** A stream of the live feed. */
export interface LiveStream {
  response: IncomingMessage
  /** All events so far, hello first. */
  events: Received[]
  /** Lines that are no events: comments and `retry`. */
  otherLines: string[]
  /** How the stream has ended: as it should, or cut. */
  end: 'complete' | 'cut' | undefined
  /** Waits until there is an event of a kind, and gives the first that matches. */
  find<Kind extends LiveKind>(
    kind: Kind,
    matches?: (data: LiveEvents[Kind]) => boolean,
  ): Promise<{ id: number; data: LiveEvents[Kind] }>
  /** The data of all events of a kind so far. */
  all<Kind extends LiveKind>(kind: Kind): LiveEvents[Kind][]
  /** Leaves. */
  leave(): void
}

/** Listens to the live feed, with a parser of its own, and waits for `hello`. */
export async function listenLive(
  t: Test,
  url: string,
  query = '',
  headers: Record<string, string> = {},
): Promise<LiveStream> {
  const asked = request(`${url}/_pinpoint/live${query}`, { headers, agent: false })
  t.teardown(() => asked.destroy())
  asked.end()
  const [response] = (await once(asked, 'response')) as [IncomingMessage]
  const events: Received[] = []
  const otherLines: string[] = []
  const all = (kind: LiveKind) => events.filter(event => event.kind === kind)
  const stream = {
    response,
    events,
    otherLines,
    end: undefined,
    find: (kind: LiveKind, matches: (data: never) => boolean = () => true) =>
      until(
        () => all(kind).find(({ data }) => matches(data as never)),
        `an event ${kind} among ${JSON.stringify(events).slice(-3000)}`,
      ),
    all: (kind: LiveKind) => all(kind).map(({ data }) => data),
    leave: () => void asked.destroy(),
  } as LiveStream
  let rest = ''
  response.setEncoding('utf8').on('data', (text: string) => {
    const blocks = (rest + text).split('\n\n')
    rest = blocks.pop()!
    for (const block of blocks) read(block, stream)
  })
  response.on('error', () => {})
  response.once('close', () => {
    stream.end = response.complete ? 'complete' : 'cut'
  })
  if (response.statusCode !== 200) throw new Error(`${response.statusCode}`)
  await stream.find('hello')
  return stream
}

/** Reads what stands before an empty line. */
function read(block: string, { events, otherLines }: LiveStream): void {
  const fields = new Map<string, string>()
  for (const line of block.split('\n')) {
    const [, name, value] = /^(id|event|data): (.*)$/.exec(line) ?? []
    if (name === undefined) otherLines.push(line)
    else fields.set(name, value!)
  }
  if (!fields.has('data')) return
  const [id, kind] = [Number(fields.get('id')), fields.get('event') as LiveKind]
  const data = JSON.parse(fields.get('data')!)
  const schema: TSchema = liveEvents[kind]
  const violation = Value.Errors(schema, data).First()
  if (violation !== undefined) throw new Error(`${kind} is not as described: ${JSON.stringify(violation)}`)
  events.push({ id, kind, data })
}
