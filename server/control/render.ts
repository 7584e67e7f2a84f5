import { randomUUID } from 'node:crypto'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { type Static, Type } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'
import { contentOf, defaultsOf, type MessageContent, textParts } from '../delivery/content.ts'
import { type Recommended, recommenderOf } from '../delivery/recommendations.ts'
import { type RenderedContent, renderContent } from '../delivery/render-content.ts'
import { badRequest } from '../http/errors/exceptions.ts'
import { MapOf, OneOf } from '../model/common.ts'
import { findEndpoint } from '../resources/endpoints/find-endpoint.ts'
import { findTemplate } from '../resources/templates/find-template.ts'
import type { Store } from '../store/open-store.ts'
import { explainSubstitutions } from '../validation/substitutions.ts'

/** The most names that a map of values may have. */
const maxNames = 1000

const RenderRequest = Type.Object({
  template: Type.Optional(
    Type.Object(
      {
        name: Type.String(),
        kind: OneOf(['EMAIL', 'PUSH', 'SMS', 'VOICE'], { description: 'In-app templates have no variables' }),
        version: Type.Optional(
          Type.String({ description: 'A number, or latest; without it, the active version' }),
        ),
      },
      { description: 'A template that is stored' },
    ),
  ),
  text: Type.Optional(Type.String({ description: 'A template that is not stored: the text of one part' })),
  app: Type.Optional(Type.String({ description: "Id of the endpoint's application" })),
  endpoint: Type.Optional(Type.String({ description: 'Id of the endpoint that it is rendered for' })),
  values: Type.Optional(
    Type.Unsafe<Record<string, unknown>>({
      ...MapOf(Type.Unknown(), maxNames),
      description: 'Values of an endpoint that is not stored, as GetEndpoint answers them',
    }),
  ),
  substitutions: Type.Optional(
    Type.Unsafe<Record<string, unknown>>({
      ...MapOf(Type.Unknown(), maxNames),
      description: 'Values that count before those of the endpoint: strings, or lists of strings',
    }),
  ),
})
export type RenderRequest = Static<typeof RenderRequest>

const RenderAnswer = Type.Object({
  parts: Type.Object(
    {
      ...Object.fromEntries(textParts.map(part => [part, Type.Optional(Type.String())])),
      headers: Type.Optional(Type.Array(Type.Object({ name: Type.String(), value: Type.String() }))),
    },
    { description: 'What would be sent. A part that does not render is not in it' },
  ),
  missingVariables: Type.Array(Type.String(), { description: 'Variables that have no value' }),
  errors: Type.Array(
    Type.Object({
      part: Type.String(),
      line: Type.Integer({ description: 'From 1' }),
      column: Type.Integer({ description: 'From 1' }),
      message: Type.String(),
    }),
    { description: 'Why parts do not render, and where in their templates' },
  ),
})
export type RenderAnswer = Static<typeof RenderAnswer>

/** Previews a template for an endpoint: what would be sent, or why it does not render. */
export const render: FastifyPluginAsyncTypebox = async app => {
  app.post(
    '/_pinpoint/render',
    {
      config: { operation: 'render' },
      schema: {
        summary: 'Previews a template for an endpoint: its parts, missing variables, errors',
        body: RenderRequest,
        response: { 200: RenderAnswer },
      },
    },
    async ({ body: request }) => {
      const rendered = await renderFor(app, request)
      return {
        parts: rendered.content,
        missingVariables: rendered.missingVariables,
        errors: rendered.failures,
      }
    },
  )
}

/**
 * Renders what a request names.
 *
 * @throws NotFoundException for a template, a version, an application or an endpoint
 * @throws BadRequestException for members that do not go together, and for wrong substitutions
 */
export async function renderFor(app: FastifyInstance, request: RenderRequest): Promise<RenderedContent> {
  checkRequest(request)
  const { store, missingVariables } = app
  const { content, values } = store.read(() => readRequest(store, request))
  const options = { missingVariables, now: app.now(), uuid: randomUUID }
  return renderContent(await app.loadRenderer(), content, values, options)
}

/** @throws BadRequestException for members that do not go together, and for wrong substitutions */
function checkRequest({ template, text, app, endpoint, values, substitutions = {} }: RenderRequest): void {
  if ((template === undefined) === (text === undefined)) {
    throw badRequest('exactly one of template, which is stored, and text must be given')
  }
  if ((app === undefined) !== (endpoint === undefined)) {
    throw badRequest('app and endpoint must be given together: an endpoint is in an application')
  }
  if (endpoint !== undefined && values !== undefined) {
    throw badRequest('values must not be given with endpoint: it is the endpoint that has values then')
  }
  const problem = explainSubstitutions(substitutions, name => `substitutions.${name}`)
  if (problem !== undefined) throw badRequest(problem)
}

/**
 * Looks up what is to be rendered, and with which values.
 *
 * @throws NotFoundException for a template, a version, an application or an endpoint
 */
function readRequest(store: Store, request: RenderRequest) {
  const { template, text, app, endpoint: id, values = {}, substitutions = {} } = request
  const endpoint: Recommended & { ChannelType?: unknown } =
    app === undefined ? values : findEndpoint(store, app, id!).endpoint
  const given = { substitutions: [substitutions], endpoint }
  if (template === undefined) return { content: { text } as MessageContent, values: given }
  const { body } = findTemplate(store, { type: template.kind, name: template.name }, template.version)
  const recommendations = recommenderOf(store, body)?.(endpoint).recommendations
  return {
    content: contentOf(body, endpoint.ChannelType),
    values: { ...given, defaults: defaultsOf(body), ...(recommendations && { recommendations }) },
  }
}
