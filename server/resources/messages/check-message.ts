import { badRequest } from '../../http/errors/exceptions.ts'
import { ChannelType } from '../../model/endpoint.ts'
import type { MessageRequest, SendUsersMessageRequest } from '../../model/message.ts'
import { messageLimits } from '../../model/quotas.ts'
import { ofRequest } from '../../validation/explain.ts'
import { explainHeaderNames } from '../../validation/header-names.ts'

/**
 * Checks what types cannot say of a call that sends messages, but for its recipients (all assumed).
 *
 * @throws BadRequestException that names the member that is wrong
 */
export function checkMessage(request: MessageRequest | SendUsersMessageRequest): void {
  const { MessageConfiguration, TemplateConfiguration = {} } = request
  if (TemplateConfiguration.InAppTemplate !== undefined) {
    throw badRequest('TemplateConfiguration.InAppTemplate is not supported: in-app messages are not sent')
  }
  for (const [name, template] of Object.entries(TemplateConfiguration)) {
    if (template.Name) continue
    throw badRequest(`TemplateConfiguration.${name}.Name is required: it must be the name of a template`)
  }
  const { RawEmail, SimpleEmail } = MessageConfiguration.EmailMessage ?? {}
  if (RawEmail?.Data !== undefined && !isBase64(RawEmail.Data)) {
    throw badRequest('MessageConfiguration.EmailMessage.RawEmail.Data must be an e-mail in base64')
  }
  const headers = 'MessageConfiguration.EmailMessage.SimpleEmail.Headers'
  const problem = explainHeaderNames(headers, SimpleEmail?.Headers)
  if (problem !== undefined) throw badRequest(problem)
}

/**
 * In linear time, unlike one expression for all of it, which a long run of spaces would keep busy for hours.
 */
const isBase64 = (text: string): boolean => !/[^A-Za-z0-9+/=\s]/.test(text) && !/=\s*[^=\s]/.test(text)

/**
 * Checks the recipients of SendMessages.
 *
 * @throws BadRequestException
 */
export function checkRecipients({ Addresses = {}, Endpoints = {} }: MessageRequest): void {
  const count = Object.keys(Addresses).length + Object.keys(Endpoints).length
  if (count === 0) throw badRequest('Addresses or Endpoints must have at least one recipient')
  if (count > messageLimits.recipients) {
    throw badRequest(
      `Addresses and Endpoints must have at most ${messageLimits.recipients} recipients together; got ${count}`,
    )
  }
  for (const [address, { ChannelType: given }] of Object.entries(Addresses)) {
    if (address === '') throw badRequest('Addresses must not have an empty address')
    if (given !== undefined) continue
    throw badRequest(
      `${ofRequest.member(['Addresses', address, 'ChannelType'])} is required: it must be one of ${ChannelType.enum.join(', ')}`,
    )
  }
}
