import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Test } from 'tap'

/** A call that a hook has got. */
export interface HookCall {
  path: string
  headers: IncomingMessage['headers']
  // biome-ignore lint/suspicious/noExplicitAny: a test says itself what it expects in a body
  body: any
}

/** What a hook answers. */
interface HookAnswer {
  status?: number
  headers?: Record<string, string>
  text: string
}

/** An HTTP server on loopback that stands for a web hook, or for a Lambda API. */
export async function startHook(
  t: Test,
  answer: (call: HookCall, count: number) => HookAnswer | Promise<HookAnswer>,
) {
  const calls: HookCall[] = []
  const server = createServer(async (request, response) => {
    let text = ''
    for await (const chunk of request) text += chunk
    const call = { path: request.url!, headers: request.headers, body: JSON.parse(text) }
    calls.push(call)
    const { status = 200, headers = {}, text: answered } = await answer(call, calls.length)
    response.writeHead(status, headers).end(answered)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  return { calls, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

/** An answer in JSON. */
export const json = (value: unknown): HookAnswer => ({ text: JSON.stringify(value) })
