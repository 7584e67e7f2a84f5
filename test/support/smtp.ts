import { once } from 'node:events'
import { buffer } from 'node:stream/consumers'
import { SMTPServer } from 'smtp-server'
import type { Test } from 'tap'

/** An e-mail that an SMTP server has got. */
export interface ReceivedEmail {
  /** Of the envelope. */
  from: string
  to: string[]
  mime: string
}

type Options = NonNullable<ConstructorParameters<typeof SMTPServer>[0]>

/**
 * Starts an SMTP server like Mailpit: it takes every e-mail, without encryption or login.
 *
 * @param options.port where it listens; 0 takes any free port
 * @param options.refuse gives the error with which a recipient is refused
 * @param options.login what a login must be; undefined: it needs none
 */
export async function startSmtpServer(
  t: Test,
  {
    port = 0,
    refuse = () => undefined,
    login,
  }: {
    port?: number
    refuse?: (address: string) => Error | undefined
    login?: { user: string; password: string }
  } = {},
) {
  const received: ReceivedEmail[] = []
  let connections = 0
  const options: Options = {
    authOptional: login === undefined,
    allowInsecureAuth: true,
    disabledCommands: ['STARTTLS'],
    onConnect(_session, done) {
      connections++
      done()
    },
    onAuth({ username, password }, _session, done) {
      if (username === login?.user && password === login?.password) done(null, { user: username })
      else done(smtpError(535, `Authentication of ${username} with ${password} failed`))
    },
    onRcptTo: ({ address }, _session, done) => done(refuse(address)),
    onData(stream, { envelope }, done) {
      buffer(stream).then(content => {
        const { mailFrom, rcptTo } = envelope
        received.push({
          from: mailFrom ? mailFrom.address : '',
          to: rcptTo.map(({ address }) => address),
          mime: content.toString(),
        })
        done()
      }, done)
    },
  }
  const server = new SMTPServer(options)
  const listening = server.listen(port, '127.0.0.1')
  await once(listening, 'listening')
  const { port: taken } = listening.address() as { port: number }
  t.teardown(() => new Promise<void>(resolve => server.close(resolve)))
  return {
    port: taken,
    url: `smtp://127.0.0.1:${taken}`,
    received,
    connections: () => connections,
  }
}

/** A refusal of an SMTP server. */
export const smtpError = (responseCode: number, message: string): Error =>
  Object.assign(new Error(message), { responseCode })
