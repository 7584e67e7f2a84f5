import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import { badRequest, notFound } from '../http/errors/exceptions.ts'
import { isObject } from '../model/is-object.ts'
import { describe } from '../validation/explain.ts'
import { Remote, sendHtml } from './html-preview.ts'
import { renderFor } from './render.ts'

const optional = (description: string) => Type.Optional(Type.String({ description }))

/**
 * The HTML of an e-mail template at an address that a browser can show: rendered as by
 * `POST /_pinpoint/render`, and as safe to look at as the HTML of a message.
 */
export const renderHtml: FastifyPluginAsyncTypebox = async app => {
  app.get(
    '/_pinpoint/render/html',
    {
      config: { operation: 'renderHtml' },
      schema: {
        summary: 'Previews the HTML of an e-mail template, which a browser shows without running anything',
        querystring: Type.Object({
          template: Type.String({ description: 'Name of the e-mail template' }),
          version: optional('A number, or latest; without it, the active version'),
          app: optional("Id of the endpoint's application"),
          endpoint: optional('Id of the endpoint that it is rendered for'),
          values: optional('Values of an endpoint that is not stored, as a JSON object'),
          substitutions: optional('Values that count before those of the endpoint, as a JSON object'),
          remote: Remote,
        }),
        produces: ['text/html'],
        response: { 200: Type.String({ description: 'The HTML part, as it would be sent' }) },
      },
    },
    async ({ query }, reply) => {
      const { template: name, version, app: appId, endpoint, values, substitutions, remote } = query
      const request = {
        template: { name, kind: 'EMAIL', ...(version !== undefined && { version }) },
        ...(appId !== undefined && { app: appId }),
        ...(endpoint !== undefined && { endpoint }),
        ...(values !== undefined && { values: readObject('values', values) }),
        ...(substitutions !== undefined && { substitutions: readObject('substitutions', substitutions) }),
      } as const
      const rendered = await renderFor(app, request, reply.disconnectSignal())
      const failure = rendered.failures.find(({ part }) => part === 'html')
      if (failure !== undefined) {
        const { line, column, message } = failure
        throw badRequest(`The HTML of ${name} does not render: line ${line}, column ${column}: ${message}`)
      }
      const { html } = rendered.content
      if (html === undefined) throw notFound(`The template ${name} has no HTML part`)
      return sendHtml(reply, html, remote === 'true')
    },
  )
}

/**
 * Reads a JSON object in a query.
 *
 * @throws BadRequestException
 */
function readObject(parameter: string, text: string): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    value = undefined
  }
  if (isObject(value)) return value
  throw badRequest(`${parameter} must be a JSON object, such as {"OTP":"123456"}; got ${describe(text)}`)
}
