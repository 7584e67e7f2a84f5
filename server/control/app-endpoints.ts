import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { type Static, Type } from '@sinclair/typebox'
import { badRequest, orNotFound } from '../http/errors/exceptions.ts'
import { beginPage, PageQuery } from '../http/paging.ts'
import { ApplicationParams, OneOf } from '../model/common.ts'
import { ChannelType, EndpointResponse } from '../model/endpoint.ts'
import { findApp } from '../resources/find.ts'
import type { AppRef } from '../store/applications/applications.ts'
import { type EndpointFilter, firstEndpoint, isEndpointCursor } from '../store/endpoints/endpoint-list.ts'
import { toEndpoint } from '../store/endpoints/endpoint-row.ts'
import type { Store } from '../store/open-store.ts'
import { pageInSteps } from './page-in-steps.ts'
import { readAddress, readAddressId } from './read-address.ts'

const text = (description: string) => Type.Optional(Type.String({ description }))

const filters = {
  channel: Type.Optional(OneOf([...ChannelType.enum], { description: 'The ChannelType' })),
  user: text('The UserId'),
  address: text('The beginning of the Address'),
  id: text('The beginning of the Id, regardless of case'),
  status: Type.Optional(OneOf(['ACTIVE', 'INACTIVE'], { description: 'The EndpointStatus' })),
  'opt-out': Type.Optional(OneOf(['ALL', 'NONE'], { description: 'The OptOut' })),
  attribute: Type.Optional(
    Type.Array(Type.String(), { description: 'A name of Attributes and one of its values: Plan:free' }),
  ),
  'import-job': text('Id of the import job that wrote them last'),
}
const Filters = Type.Object(filters)

const Endpoints = Type.Object({
  items: Type.Array(EndpointResponse),
  nextToken: Type.Optional(Type.String()),
})
export type Endpoints = Static<typeof Endpoints>

/**
 * Lists the endpoints of an application, which no operation of Pinpoint does, oldest first. Those
 * that an index finds come first: all of a user, and those whose id or address is just the one that
 * is given.
 */
export const appEndpoints: FastifyPluginAsyncTypebox = async app => {
  app.get(
    '/_pinpoint/apps/:applicationId/endpoints',
    {
      config: { operation: 'appEndpoints' },
      schema: {
        summary: 'The endpoints of an application. A page may be short, or empty, and still have a token',
        params: ApplicationParams,
        querystring: Type.Object({ ...filters, ...PageQuery.properties }),
        response: { 200: Endpoints },
      },
    },
    async ({ params: { applicationId }, query }) => {
      const found = findApp(app.store, applicationId)
      const { 'page-size': _, token: __, ...given } = query
      const filter = readFilters(app.store, found, given)
      const list = `endpoints/${applicationId}/${JSON.stringify(Object.entries(given).sort())}`
      const page = beginPage(query, list, firstEndpoint, isEndpointCursor)
      return pageInSteps(page, app.store.listEndpoints(found, filter), ({ row }) => toEndpoint(found, row))
    },
  )
}

/** @throws BadRequestException for an attribute without a value; NotFoundException for a job */
function readFilters(store: Store, app: AppRef, given: Static<typeof Filters>): EndpointFilter {
  const { channel, status, attribute = [] } = given
  const job = given['import-job']
  return {
    channel,
    status,
    optOut: given['opt-out'],
    ...{
      id: readAddressId(given.id),
      userId: readAddressId(given.user),
      address: readAddress(given.address),
    },
    attributes: attribute.map(readAttribute),
    importJob:
      job === undefined
        ? undefined
        : orNotFound(store.importJobs.find(app, job), `Import job not found: ${job}`).seq,
  }
}

function readAttribute(text: string): [name: string, value: string] {
  // Names with a colon are possible, but rare: Pinpoint's console does not show them (source: API
  // reference).
  const colon = text.indexOf(':')
  if (colon > 0) return [text.slice(0, colon), text.slice(colon + 1)]
  throw badRequest(`attribute must be a name and a value, such as Plan:free; got ${JSON.stringify(text)}`)
}
