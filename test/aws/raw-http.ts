import { once } from 'node:events'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { type Answer, buildTestApp } from '../helpers.ts'

/** An application that listens on a free port. */
export async function listen(...args: Parameters<typeof buildTestApp>) {
  const { app, ...rest } = buildTestApp(...args)
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  return { app, url, port: Number(new URL(url).port), ...rest }
}

/** Sends bytes as they are, and reads the answer until the server closes the connection. */
export async function sendRaw(port: number, ...bytes: (string | Buffer)[]): Promise<Answer> {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  for (const part of bytes) socket.write(part)
  return readRaw(await text(socket))
}

/** Reads an answer from its bytes; the body must have a Content-Length or end with the connection. */
export function readRaw(bytes: string): Answer {
  const end = bytes.indexOf('\r\n\r\n')
  const [statusLine = '', ...lines] = bytes.slice(0, end).split('\r\n')
  const headers = Object.fromEntries(
    lines.map(line => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 2)]),
  )
  const body = bytes.slice(end + 4)
  return {
    status: Number(statusLine.split(' ')[1]),
    headers,
    body: body.startsWith('{') ? JSON.parse(body) : body,
  }
}
