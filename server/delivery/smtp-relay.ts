import { setTimeout } from 'node:timers/promises'
import type { Transporter } from 'nodemailer'
import type { EventBus } from '../events/event-bus.ts'
import type { OutboxMessage } from '../model/message.ts'
import type { Store } from '../store/open-store.ts'
import { isSentEmail, mimeOf } from './mime.ts'

/*
 * The relay hands each e-mail of the outbox to an SMTP server, one after the other, in the order of
 * sending. The outbox is its queue, so OUTBOX_LIMIT bounds it; the relay has a cursor, the id of the
 * last message that it is done with, which is stored: what waits at the end of the process is handed
 * over after the next start. After a kill, the last e-mail may come twice. An event of the bus wakes
 * the relay when there are new messages, whichever thread has written them.
 *
 * There are two kinds of failures. If the server cannot be reached, or refuses the login, all e-mails
 * wait, and the relay tries again until it succeeds. If the server refuses one e-mail, that one is
 * dropped: at once after a permanent reply, after `maxAttempts` for a transient one; also at once if
 * it cannot be offered to a server at all.
 */

export interface SmtpRelayOptions {
  store: Pick<Store, 'messages' | 'relayCursor' | 'write'>
  bus: EventBus
  log: Record<'info' | 'warn', (members: object, text: string) => void>
  /** Whether the database ends with the process. */
  ephemeral: boolean
  /** Milliseconds before the second attempt; each further pause is twice as long. */
  firstPause?: number
}

export interface SmtpRelay {
  /** Stops the relay. E-mails that wait get a moment, if the server can be reached. */
  close(): Promise<void>
}

/** Attempts for one e-mail that the server refuses for now. */
const maxAttempts = 5

/** The longest pause between two attempts, in milliseconds. */
const maxPause = 5_000

/** Milliseconds that `close` waits for the e-mails that wait. */
const closeTimeout = 2_000

/** Milliseconds that a server may take to accept a connection, and for each of its replies. */
const connectTimeout = 5_000
const replyTimeout = 30_000

/** What the relay reads of the errors of nodemailer. */
interface SmtpError extends Error {
  code?: string
  responseCode?: number
  /** Whether the same e-mail would be refused again; absent where the server has not replied. */
  permanent?: boolean
}

/**
 * Whether the server has refused one e-mail, for now or for ever, or takes none at all (away). What is
 * unsendable was not offered to it, since its address or content is invalid.
 */
interface Failure {
  kind: 'away' | 'refused' | 'refused for now' | 'unsendable'
  reason: string
}

/**
 * Starts to hand over the e-mails that are accepted from now on, and those that an earlier process
 * has left.
 *
 * @param url of the server, `smtp:` or `smtps:`, with a user and a password if it wants them. Its
 *   query parameters are options of nodemailer
 */
export function startSmtpRelay(
  url: string,
  { store, bus, log, ephemeral, firstPause = 100 }: SmtpRelayOptions,
): SmtpRelay {
  const { messages, relayCursor } = store
  const server = serverOf(url)
  const closing = new AbortController()
  let cursor = relayCursor.get() ?? messages.last()
  /** The id up to which there is no e-mail after the cursor. */
  let lookedAt = cursor
  /** Counts how often the state was replaced: ids are of one state. */
  let generation = 0
  let isRunning = false
  let running: Promise<void> = Promise.resolve()
  let transport: Transporter | undefined
  /** Why the server takes no e-mails; undefined while it does. */
  let away: string | undefined
  /** How many messages OUTBOX_LIMIT has removed, when it was last looked at. */
  let removed = messages.dropped()
  let hasLost = false

  const isAway = (reason: string) => {
    if (away === undefined) {
      log.warn(
        { server, reason },
        `e-mails wait, as the SMTP server at ${server} does not take them: ${reason}; they are tried again at least every ${maxPause / 1000} s`,
      )
    }
    away = reason
  }

  const isBack = () => {
    if (away !== undefined) log.info({ server }, `the SMTP server at ${server} takes e-mails again`)
    away = undefined
  }

  const attempt = async (message: OutboxMessage): Promise<Failure | undefined> => {
    try {
      const raw = await mimeOf(message)
      transport ??= await createTransport(url)
      await transport.sendMail({ raw, envelope: envelopeOf(message), signal: closing.signal })
      return undefined
    } catch (error) {
      return explain(error as SmtpError, url)
    }
  }

  /** Hands over one e-mail: until the server has taken it, or has refused it for good. */
  const handOver = async (id: number): Promise<void> => {
    const begun = generation
    let refusals = 0
    for (let pause = firstPause; ; pause = Math.min(pause * 2, maxPause)) {
      // It may have been deleted while it waited.
      const message = begun === generation ? messages.get(id) : undefined
      if (message === undefined || !isSentEmail(message)) return
      const failure = await attempt(message)
      // At the end of the process, too: it must not come again after the next start.
      if (failure === undefined) return isBack()
      closing.signal.throwIfAborted()
      const { kind, reason } = failure
      if (kind === 'away') isAway(reason)
      else if (kind !== 'unsendable') isBack()
      if (kind === 'refused for now') refusals++
      if (kind === 'refused' || kind === 'unsendable' || refusals === maxAttempts) {
        const cause =
          kind === 'unsendable'
            ? 'its address or content cannot be sent by SMTP'
            : `the SMTP server at ${server} refuses it`
        log.warn(
          { server, message: id, reason },
          `the e-mail of message ${id} was not handed over, as ${cause}: ${reason}`,
        )
        return
      }
      // It does not keep a process alive that has nothing else to do.
      await setTimeout(pause, undefined, { ref: false, signal: closing.signal })
    }
  }

  /** Logs once in a run if messages were removed before their e-mails could be handed over. */
  const lookForRemoved = () => {
    const total = messages.dropped()
    if (total > removed && !hasLost && (messages.first() ?? 0) > lookedAt + 1) {
      hasLost = true
      log.warn(
        { server },
        `OUTBOX_LIMIT has removed messages before their e-mails could be handed to the SMTP server at ${server}`,
      )
    }
    removed = total
  }

  const saveCursor = async (): Promise<void> => {
    const begun = generation
    await store.write(() => {
      if (begun === generation) relayCursor.set(cursor)
    })
  }

  const run = async (): Promise<void> => {
    try {
      hasLost = false
      for (;;) {
        // A state that was replaced meanwhile has none.
        while (relayCursor.get() !== cursor) await saveCursor()
        const latest = messages.last()
        const id = messages.nextEmail(lookedAt)
        if (id === undefined) {
          lookedAt = latest
          return
        }
        lookForRemoved()
        const begun = generation
        await handOver(id)
        if (begun === generation) cursor = lookedAt = id
        // Messages that were removed meanwhile may be the last ones with e-mails.
        lookForRemoved()
      }
    } catch (error) {
      if (closing.signal.aborted) return
      log.warn({ err: error }, `the e-mails were not handed to the SMTP server at ${server}: ${error}`)
    } finally {
      isRunning = false
      // An idle connection would keep the process alive.
      transport?.close()
      transport = undefined
    }
  }

  const wake = () => {
    if (isRunning) return
    isRunning = true
    // Later, so that the call that has sent them is answered first.
    running = new Promise(resolve => setImmediate(resolve)).then(run)
  }

  wake()
  const unfollow = bus.follow(({ kind }) => {
    if (kind === 'state') {
      // What waited is gone; what comes with a snapshot was sent before.
      generation++
      cursor = lookedAt = messages.last()
      removed = messages.dropped()
    }
    if (kind === 'messages' || kind === 'state') wake()
  })

  return {
    async close() {
      unfollow()
      if (away === undefined) {
        await Promise.race([running, setTimeout(closeTimeout, undefined, { ref: false })])
      }
      closing.abort()
      await running
      if (messages.nextEmail(lookedAt) === undefined) return
      log.warn(
        { server },
        `e-mails were left that the SMTP server at ${server} has not got${ephemeral ? '' : ', and are handed over after the next start'}: ${away ?? 'there was no time for them'}`,
      )
    },
  }
}

/** Opens no connection yet. */
async function createTransport(url: string): Promise<Transporter> {
  const nodemailer = await import('nodemailer')
  return nodemailer.createTransport({
    url,
    pool: true,
    maxConnections: 1,
    connectionTimeout: connectTimeout,
    greetingTimeout: connectTimeout,
    socketTimeout: replyTimeout,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
}

/** Bounces go to the FeedbackForwardingAddress, if there is one. */
const envelopeOf = ({ feedbackForwardingAddress, from, address }: OutboxMessage) => ({
  from: feedbackForwardingAddress ?? from,
  to: address,
})

function explain({ code, responseCode, permanent, message }: SmtpError, url: string): Failure {
  const reason = withoutCredentials(message, url)
  // A reply to a login, or one with which the server ends the connection, is of no single e-mail.
  const isOfServer = responseCode === undefined || responseCode === 421 || code === 'EAUTH'
  const isOfEmail = code === undefined || ['EENVELOPE', 'EMESSAGE', 'ESTREAM'].includes(code)
  if (responseCode === undefined && isOfEmail) return { kind: 'unsendable', reason }
  if (isOfServer) return { kind: 'away', reason }
  return { kind: (permanent ?? true) ? 'refused' : 'refused for now', reason }
}

/** The URL without the user, the password and the parameters. */
function serverOf(url: string): string {
  const { protocol, host } = new URL(url)
  return `${protocol}//${host}`
}

/** A server may repeat in a reply what it was sent. */
function withoutCredentials(text: string, url: string): string {
  const { username, password } = new URL(url)
  return [password, username]
    .flatMap(secret => [secret, decodeURIComponent(secret)])
    .filter(secret => secret !== '')
    .reduce((masked, secret) => masked.replaceAll(secret, '***'), text)
}
