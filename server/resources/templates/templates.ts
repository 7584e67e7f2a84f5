import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import { badRequest } from '../../http/errors/exceptions.ts'
import { arnOf } from '../../model/arn.ts'
import { Flag, MessageBody } from '../../model/common.ts'
import { templateCounts } from '../../model/quotas.ts'
import type { Tags } from '../../model/tags.ts'
import { CreateTemplateMessageBody, type TemplateBody } from '../../model/template.ts'
import type { Template } from '../../store/templates/templates.ts'
import { newTags } from '../tags/check-tags.ts'
import { checkTemplate } from './check-template.ts'
import { findTemplate, findVersion } from './find-template.ts'
import { checkTemplateName, summaryOf, TemplateParams, VersionQuery } from './shapes.ts'
import { templateKinds } from './template-kinds.ts'

const UpdateQuery = Type.Object({
  'create-new-version': Flag(
    'Whether the template becomes a new version, instead of replacing the latest one',
  ),
  version: Type.Optional(
    Type.String({
      description: 'The version that the caller takes for the latest one: if it is not, nothing is done',
    }),
  ),
})

/**
 * Create, get, update and delete of the five types of templates. A template belongs to the account,
 * and its name is unique in its type. Messages of answers are observed for Create, assumed for
 * Update and Delete.
 *
 * @see https://docs.aws.amazon.com/pinpoint/latest/apireference/templates-template-name-email.html
 */
export const templates: FastifyPluginAsyncTypebox = async app => {
  const { store } = app
  for (const { type, name, path, Request, Response } of templateKinds) {
    const url = `/v1/templates/:templateName/${path}`
    const preValidation = checkTemplateName

    // Version 1, which is active. A name that is taken is a 400, as the model has no 409 here (assumed).
    app.post(
      url,
      {
        config: { operation: `Create${name}Template` },
        schema: { params: TemplateParams, body: Request, response: { 201: CreateTemplateMessageBody } },
        preValidation,
      },
      async (request, reply) => {
        const key = { type, name: request.params.templateName }
        const tags = newTags(request.body as { tags?: Tags })
        const body = bodyOf(request.body)
        const Arn = arnOf(request.caller, 'template', key.name, type)
        await store.write(() => {
          if (store.templates.latestVersion(key) !== undefined) {
            throw badRequest(`Template already exists: ${key.name}`)
          }
          checkTemplate(store, type, body)
          if (app.quotas && store.templates.count() >= templateCounts.templates) {
            throw badRequest(`An account must have at most ${templateCounts.templates} templates`)
          }
          store.templates.create(key, { arn: Arn, body, tags }, app.now().toISOString())
        })
        app.bus.emit({ kind: 'template', key })
        return reply.code(201).send({ Arn, Message: 'Created', RequestID: request.id })
      },
    )

    // The active version, unless another is named (source: model).
    app.get(
      url,
      {
        config: { operation: `Get${name}Template` },
        schema: { params: TemplateParams, querystring: VersionQuery, response: { 200: Response } },
        preValidation,
      },
      async request => {
        const key = { type, name: request.params.templateName }
        return store.read(() => toResponse(findTemplate(store, key, request.query.version)))
      },
    )

    // Replaces the latest version, active or not, or adds one that is not active (source: model).
    // All content is replaced, also by none (assumed). Tags stay: they have been ignored since May
    // 2023 (source: model).
    app.put(
      url,
      {
        config: { operation: `Update${name}Template` },
        schema: {
          params: TemplateParams,
          querystring: UpdateQuery,
          body: Request,
          response: { 202: MessageBody },
        },
        preValidation,
      },
      async (request, reply) => {
        const key = { type, name: request.params.templateName }
        const { version, 'create-new-version': isNew = 'false' } = request.query
        const body = bodyOf(request.body)
        await store.write(() => {
          const latest = findVersion(store, key, 'latest')
          if (version !== undefined) {
            const found = findVersion(store, key, version)
            if (isNew === 'true') throw badRequest('version must not be given with create-new-version=true')
            if (found !== latest) {
              throw badRequest(`version must be the latest one, which is ${latest}; got ${found}`)
            }
          }
          checkTemplate(store, type, body)
          const now = app.now().toISOString()
          if (isNew === 'false') return store.templates.replaceVersion(key, latest, body, now)
          if (app.quotas && store.templates.countVersions(key) >= templateCounts.versions) {
            throw badRequest(`A template must have at most ${templateCounts.versions} versions`)
          }
          store.templates.addVersion(key, body, now)
        })
        app.bus.emit({ kind: 'template', key })
        return reply.code(202).send({ Message: 'Accepted', RequestID: request.id })
      },
    )

    // The whole template (source: model), or one version: if that is active, the latest of the
    // others becomes active, and if it is the only one, the template is deleted (assumed).
    app.delete(
      url,
      {
        config: { operation: `Delete${name}Template` },
        schema: { params: TemplateParams, querystring: VersionQuery, response: { 202: MessageBody } },
        preValidation,
      },
      async (request, reply) => {
        const key = { type, name: request.params.templateName }
        const { version } = request.query
        await store.write(() => {
          const active = findTemplate(store, key).version
          const deleted = version === undefined ? undefined : findVersion(store, key, version)
          const left = deleted && store.templates.latestVersion(key, deleted)
          if (deleted === undefined || left === undefined) return store.templates.delete(key)
          if (deleted === active) store.templates.activate(key, left)
          store.templates.deleteVersion(key, deleted)
        })
        app.jobWorker.wake()
        app.bus.emit({ kind: 'template', key })
        return reply.code(202).send({ Message: 'Accepted', RequestID: request.id })
      },
    )
  }
}

/** What a version keeps of a request. */
function bodyOf(sent: unknown): TemplateBody {
  const { tags: _, ...body } = sent as TemplateBody & { tags?: Tags }
  return body
}

/** A template as it is answered: what is not set is absent (source: observed). */
const toResponse = (template: Template) => ({
  ...template.body,
  ...summaryOf(template),
  Arn: template.arn,
  tags: template.tags,
})
