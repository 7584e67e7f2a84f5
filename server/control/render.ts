import { randomUUID } from 'node:crypto'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { type Static, Type } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'
import { contentOf, defaultsOf, type MessageContent, sentParts, textParts } from '../delivery/content.ts'
import type { Recommendation } from '../delivery/deliver.ts'
import { recommendTo } from '../delivery/recommendations.ts'
import { type RenderedContent, renderContent } from '../delivery/render-content.ts'
import { badRequest } from '../http/errors/exceptions.ts'
import { MapOf, OneOf } from '../model/common.ts'
import type { EndpointResponse } from '../model/endpoint.ts'
import type { TemplateBody } from '../model/template.ts'
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
    {
      description:
        'Why parts do not render, and where in their templates; of the part recommendations, why a campaign or journey sends nothing',
    },
  ),
  notCalled: Type.Optional(
    Type.String({ description: "Why the Lambda function of the template's recommender was not called" }),
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
    async ({ body: request }, reply) => {
      const { content, missingVariables, failures, notCalled } = await renderFor(
        app,
        request,
        reply.disconnectSignal(),
      )
      return { parts: content, missingVariables, errors: failures, ...(notCalled && { notCalled }) }
    },
  )
}

/**
 * Renders what a request names. Recommendations are those that campaigns and journeys send; why they
 * would send nothing is a failure of the part `recommendations`. A recommender's Lambda function has
 * one attempt, as somebody waits for the preview.
 *
 * @param signal aborts the call of a recommender's Lambda function
 * @throws NotFoundException for a template, a version, an application or an endpoint
 * @throws BadRequestException for members that do not go together, and for wrong substitutions
 */
export async function renderFor(
  app: FastifyInstance,
  request: RenderRequest,
  signal: AbortSignal,
): Promise<RenderedContent & Pick<Recommendation, 'notCalled'>> {
  checkRequest(request)
  const { store, missingVariables } = app
  const { substitutions = {}, app: ApplicationId } = request
  const { content, template, endpoint } = store.read(() => readRequest(store, request))
  const context = { store, hooks: { ...app.hooks, signal, attempts: 1 } }
  const about = ApplicationId === undefined ? {} : { ApplicationId }
  const [recommendation = {}] = await recommendTo(context, template, [endpoint], about)
  const { recommendations, problem, notCalled } = recommendation
  const values = {
    substitutions: [substitutions],
    endpoint,
    defaults: defaultsOf(template),
    ...(recommendations && { recommendations }),
  }
  const options = { missingVariables, now: app.now(), uuid: randomUUID }
  const rendered = renderContent(await app.loadRenderer(), content, values, options)
  const unsent =
    problem === undefined ? [] : [{ part: 'recommendations', line: 1, column: 1, message: problem }]
  return {
    ...rendered,
    failures: [...unsent, ...rendered.failures],
    ...(notCalled !== undefined && { notCalled }),
  }
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
 * Looks up what is to be rendered, and for which endpoint. A text that is not stored is a template
 * without defaults and recommender.
 *
 * @throws NotFoundException for a template, a version, an application or an endpoint
 */
function readRequest(
  store: Store,
  { template, text, app, endpoint: id, values = {} }: RenderRequest,
): { content: MessageContent; template: TemplateBody; endpoint: EndpointResponse } {
  const endpoint = app === undefined ? (values as EndpointResponse) : findEndpoint(store, app, id!).endpoint
  if (template === undefined) return { content: { text: text! }, template: {}, endpoint }
  const { body } = findTemplate(store, { type: template.kind, name: template.name }, template.version)
  return { content: sentParts(contentOf(body, endpoint.ChannelType)), template: body, endpoint }
}
