import { randomUUID } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import { type SentTemplates, templateMembers } from '../../delivery/choose-content.ts'
import {
  asDuplicate,
  type Delivered,
  deliver,
  hasMessageFaults,
  planDeliveries,
  type Recipient,
  type Sending,
} from '../../delivery/deliver.ts'
import { readRawEmail } from '../../delivery/raw-email.ts'
import { writeMessages } from '../../delivery/write-messages.ts'
import type {
  MessageRequest,
  NewOutboxMessage,
  SendUsersMessageRequest,
  TemplateConfiguration,
} from '../../model/message.ts'
import { contentMembers } from '../../model/message-content.ts'
import type { AppRef } from '../../store/applications/applications.ts'
import type { Store } from '../../store/open-store.ts'
import { findSendingApp } from '../find.ts'
import { findTemplate } from '../templates/find-template.ts'

/**
 * Milliseconds that the messages of one call may take to render, all together. Real ones take a few;
 * a hostile template can take half a second for each of its parts.
 */
const maxRendering = 5_000

/** Milliseconds of rendering after which other calls go on. */
const yieldAfter = 5

/** Characters of messages that are written in one transaction: it holds up all other calls. */
const maxCharacters = 8_000_000

/** What a call sends, and to whom. */
export interface MessageCall extends Omit<Sending, 'app' | 'templates' | 'rawEmail'> {
  applicationId: string
  templates: TemplateConfiguration | undefined
  /** Finds the recipients, in the transaction that plans the messages. */
  recipients: (app: AppRef) => Recipient[]
  /** Writes something else in the transaction that writes these records. */
  within?: (app: AppRef, delivered: readonly Delivered[]) => void
}

/**
 * Sends the messages of one call: all of its records are written before it is answered, in one
 * transaction unless they are longer than `maxCharacters`. Other calls go on while it renders. What
 * is not rendered after `maxRendering` is TEMPORARY_FAILURE.
 *
 * @returns the results, in the order of the recipients
 * @throws NotFoundException for an unknown application, template or version
 */
export async function send(
  app: FastifyInstance,
  { applicationId, recipients, templates, within, ...sending }: MessageCall,
): Promise<Delivered['result'][]> {
  const { store } = app
  const data = sending.configuration.EmailMessage?.RawEmail?.Data
  const rawEmail = data ? await readRawEmail(data) : undefined
  const plan = () => {
    const found = findSendingApp(store, applicationId)
    const common = { ...sending, rawEmail, app: found, templates: findTemplates(store, templates) }
    return planDeliveries(store, common, recipients(found))
  }
  const planned = hasMessageFaults(store) ? await store.write(plan) : store.read(plan)

  const isRendered = planned.some(({ outcome }) => 'content' in outcome)
  const renderer = isRendered ? await app.loadRenderer() : undefined
  const options = { missingVariables: app.missingVariables, now: app.now(), uuid: randomUUID }
  const results: Delivered['result'][] = []
  let batch: Delivered[] = []
  const writeBatch = async () => {
    const delivered = batch
    batch = []
    const ids = await store.write(() => {
      const found = findSendingApp(store, applicationId)
      // The clock may have been set back while they were rendered. Their records and events have the time at
      // which they are written; what was rendered keeps the time before.
      const time = app.now().toISOString()
      for (const { record } of delivered) record.time = time
      within?.(found, delivered)
      return writeMessages(store, found, delivered)
    })
    app.bus.emit({ kind: 'messages', app: applicationId, ids })
  }

  let characters = 0
  let rendering = 0
  let sinceYield = 0
  /**
   * Channels with the addresses that have got the message: the next ones are DUPLICATE (assumed). An
   * e-mail that does not render is SUCCESSFUL, and nobody gets it.
   */
  const sentTo = new Set<string>()
  for (const delivery of planned) {
    const begun = performance.now()
    const { channel, address } = delivery.recipient
    const place = `${channel} ${address}`
    const chosen = sentTo.has(place) ? asDuplicate(delivery) : delivery
    const delivered = deliver(chosen, rendering < maxRendering ? renderer : undefined, options)
    const { status, renderingFailure } = delivered.record
    if (status === 'SUCCESSFUL' && renderingFailure === undefined) sentTo.add(place)
    characters += shareTexts(delivered.record, batch.at(-1)?.record)
    batch.push(delivered)
    results.push(delivered.result)
    const milliseconds = performance.now() - begun
    rendering += milliseconds
    sinceYield += milliseconds
    if (characters > maxCharacters) {
      await writeBatch()
      characters = 0
    }
    if (sinceYield < yieldAfter) continue
    sinceYield = 0
    await setImmediate()
  }
  await writeBatch()
  // Campaigns and journeys may wait for the events of these messages.
  if (store.eventRecords.dueRows.nextDue() !== undefined) app.jobWorker.wake()
  return results
}

/**
 * Lets a record have the same texts in memory as the one before it, where they are equal.
 *
 * @returns how many characters it adds to those of the others
 */
function shareTexts(record: NewOutboxMessage, before?: NewOutboxMessage): number {
  // These are copied for each message, and for its events.
  const { subject, headers, context, payload } = record
  let added = JSON.stringify([subject, headers, context, payload]).length
  for (const member of contentMembers) {
    const text = record[member]
    if (text === undefined) continue
    if (text === before?.[member]) record[member] = before[member]!
    else added += text.length
  }
  return added
}

/** What SendMessages and SendUsersMessages send, whoever gets it. */
export const messageOf = (
  operation: 'SendMessages' | 'SendUsersMessages',
  requestId: string,
  { Context, MessageConfiguration, TemplateConfiguration, TraceId }: MessageRequest | SendUsersMessageRequest,
): Omit<MessageCall, 'applicationId' | 'recipients'> => ({
  origin: { operation, requestId, ...(TraceId && { traceId: TraceId }) },
  configuration: MessageConfiguration,
  templates: TemplateConfiguration,
  context: Context,
})

/** @throws NotFoundException (texts: assumed) */
function findTemplates(store: Store, configuration: TemplateConfiguration = {}): SentTemplates {
  const found: SentTemplates = {}
  for (const [type, member] of templateMembers) {
    const template = configuration[member]
    if (template === undefined) continue
    const key = { type, name: template.Name! }
    const said = `TemplateConfiguration.${member}`
    const { name, version, body } = findTemplate(store, key, template.Version, said)
    found[type] = { name, version: String(version), body }
  }
  return found
}
