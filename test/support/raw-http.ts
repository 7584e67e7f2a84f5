import { once } from 'node:events'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { type Answer, buildTestApp, until } from './helpers.ts'

/** An application that listens on a free port. */
export async function listen(...args: Parameters<typeof buildTestApp>) {
  const { app, ...rest } = buildTestApp(...args)
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  return { app, url, port: Number(new URL(url).port), ...rest }
}

/** Sends bytes as they are, and reads the answer until the server closes the connection. */
export async function sendRaw(port: number, ...bytes: (string | Buffer)[]): Promise<Answer> {
  return readRaw(await receive(port, ...bytes))
}

/** Sends bytes as they are, and gives those that come until the server closes the connection. */
export async function receive(port: number, ...bytes: (string | Buffer)[]): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  for (const part of bytes) socket.write(part)
  return text(socket)
}

/** The statuses of all answers of a connection. */
export const statusesIn = (received: string): number[] =>
  [...received.matchAll(/HTTP\/1\.1 (\d+) /g)].map(([, status]) => Number(status))

/** A connection that stays open: bytes go out as they are, answers are read one by one. */
export async function keepOpen(port: number) {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  let received = ''
  let isClosed = false
  socket.setEncoding('latin1').on('data', text => {
    received += text
  })
  // A server may cut what is still being sent.
  socket.on('error', () => {})
  const closed = once(socket, 'close').then(() => {
    isClosed = true
  })
  return {
    send: (...parts: (string | Buffer)[]) => {
      for (const part of parts) socket.write(part)
    },
    /** Sends no more, and goes on reading. */
    end: () => void socket.end(),
    destroy: () => void socket.destroy(),
    /** Resolves when the server has closed it. */
    closed,
    /** The next answer, whole by its Content-Length. */
    answer: (): Promise<Answer> =>
      until(() => {
        const end = received.indexOf('\r\n\r\n') + 4
        if (end > 3) {
          const length = Number(/\r\ncontent-length: (\d+)/i.exec(received.slice(0, end))?.[1] ?? 0)
          if (received.length >= end + length) {
            const answer = readRaw(received.slice(0, end + length))
            received = received.slice(end + length)
            return answer
          }
        }
        if (isClosed) throw new Error(`the connection was closed without an answer: ${received}`)
        return undefined
      }, 'an answer'),
  }
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
