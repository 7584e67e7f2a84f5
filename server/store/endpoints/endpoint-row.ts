import { crc32 } from 'node:zlib'
import type { ChannelType, Endpoint, EndpointRequest } from '../../model/endpoint.ts'
import type { AppRef } from '../applications/applications.ts'
import type { EndpointRef } from './endpoint-key.ts'

/** Maps of an endpoint, each as JSON; null where it has none. */
export interface EndpointMaps {
  user_attributes: string | null
  attributes: string | null
  metrics: string | null
  location: string | null
  demographic: string | null
}

/** An endpoint as the table has it. What is JSON there is read by those alone who have to know what it says. */
export interface EndpointValues extends EndpointMaps {
  /** In the form in which ids are compared. */
  id: string
  /** As `endpointKey` makes it. */
  key: number
  /** The id as it was given, where that is another text. */
  spelling: string | null
  channel_type: ChannelType | null
  address: string | null
  endpoint_status: string
  opt_out: string
  request_id: string
  /** Milliseconds since 1970. */
  creation_date: number
  /** The text that a writer gave, or milliseconds since 1970. */
  effective_date: string | number
  user_id: string | null
}

/** A row of the table. */
export interface EndpointRow extends EndpointValues {
  seq: number
  /** Grows from write to write of a user's endpoints: it orders those of the same EffectiveDate. */
  turn: number
}

/** SQL of a row's request id. */
export const requestId =
  'coalesce(own_request_id, (SELECT j.request_id FROM import_jobs j WHERE j.seq = import_job))'

/** The columns of a row that a write sets, besides the key, which stays. */
export const writtenColumns = `id, spelling, channel_type, address, endpoint_status, opt_out, own_request_id, creation_date,
  effective_date, user_id, user_attributes, attributes, metrics, location, demographic, turn, import_job`

/** What somebody says of an endpoint, in the same form: null where nothing is said. */
export interface EndpointChange extends EndpointMaps {
  channel_type: ChannelType | null
  address: string | null
  endpoint_status: string | null
  opt_out: string | null
  request_id: string | null
  effective_date: string | null
  user_id: string | null
}

/** What a request says of an endpoint. */
export function changeOf(request: EndpointRequest): EndpointChange {
  const { User } = request
  return {
    channel_type: request.ChannelType ?? null,
    address: request.Address ?? null,
    endpoint_status: request.EndpointStatus ?? null,
    opt_out: request.OptOut ?? null,
    request_id: request.RequestId ?? null,
    effective_date: request.EffectiveDate ?? null,
    user_id: User?.UserId ?? null,
    user_attributes: toJson(User?.UserAttributes),
    attributes: toJson(request.Attributes),
    metrics: toJson(request.Metrics),
    location: toJson(request.Location),
    demographic: toJson(request.Demographic),
  }
}

/** The row of an endpoint: `toEndpoint` the other way round. */
export function fromEndpoint(endpoint: Endpoint, { folded, key }: EndpointRef): EndpointValues {
  const said = changeOf(endpoint)
  return {
    ...said,
    attributes: unlessEmpty(said.attributes),
    metrics: unlessEmpty(said.metrics),
    location: unlessEmpty(said.location),
    demographic: unlessEmpty(said.demographic),
    id: folded,
    key,
    spelling: folded === endpoint.Id ? null : endpoint.Id,
    endpoint_status: endpoint.EndpointStatus,
    opt_out: endpoint.OptOut,
    request_id: endpoint.RequestId,
    creation_date: Date.parse(endpoint.CreationDate),
    effective_date: endpoint.EffectiveDate,
  }
}

/** A map as a row has it; that of user attributes stays there when it is empty. */
export const unlessEmpty = (map: string | null): string | null => (map === '{}' ? null : map)

/** The endpoint that a row holds. */
export function toEndpoint(app: AppRef, row: EndpointValues): Endpoint {
  return {
    ...(row.channel_type !== null && { ChannelType: row.channel_type }),
    ...(row.address !== null && { Address: row.address }),
    EndpointStatus: row.endpoint_status,
    OptOut: row.opt_out,
    RequestId: row.request_id,
    Location: fromJson(row.location),
    Demographic: fromJson(row.demographic),
    EffectiveDate: dateText(row.effective_date),
    Attributes: fromJson(row.attributes),
    Metrics: fromJson(row.metrics),
    User: {
      ...(row.user_attributes !== null && { UserAttributes: JSON.parse(row.user_attributes) }),
      ...(row.user_id !== null && { UserId: row.user_id }),
    },
    ApplicationId: app.id,
    Id: row.spelling ?? row.id,
    CohortId: cohortOf(app, row),
    CreationDate: dateText(row.creation_date),
  }
}

/** The endpoint that a row holds, as JSON: what the row has as JSON is not read. */
export function endpointJson(app: AppRef, row: EndpointValues): string {
  const member = (name: string, value: string | null) =>
    value === null ? '' : `"${name}":${JSON.stringify(value)},`
  const user = [
    ...(row.user_attributes === null ? [] : [`"UserAttributes":${row.user_attributes}`]),
    ...(row.user_id === null ? [] : [`"UserId":${JSON.stringify(row.user_id)}`]),
  ]
  return (
    `{${member('ChannelType', row.channel_type)}${member('Address', row.address)}` +
    `"EndpointStatus":"${row.endpoint_status}","OptOut":"${row.opt_out}",${member('RequestId', row.request_id)}` +
    `"Location":${row.location ?? '{}'},"Demographic":${row.demographic ?? '{}'},` +
    `"EffectiveDate":"${dateText(row.effective_date)}",` +
    `"Attributes":${row.attributes ?? '{}'},"Metrics":${row.metrics ?? '{}'},"User":{${user.join()}},` +
    `"ApplicationId":"${app.id}",${member('Id', row.spelling ?? row.id)}` +
    `"CohortId":"${cohortOf(app, row)}","CreationDate":"${dateText(row.creation_date)}"}`
  )
}

/**
 * One of a hundred cohorts, "0" to "99" (source: guide). Pinpoint draws it at random; here the id decides, evenly
 * too, so that an import which was interrupted ends like one which was not.
 */
const cohortOf = (app: AppRef, { id }: Pick<EndpointValues, 'id'>): string =>
  String(crc32(id, crc32(app.id)) % 100)

/**
 * An EffectiveDate as it is bound to a statement. A number of milliseconds would become a REAL, as its column takes whatever it
 * is given: conditions and indexes know dates as whole numbers.
 */
export const boundDate = (date: string | number): string | bigint =>
  typeof date === 'number' ? BigInt(date) : date

/** A date as a row has it, as ISO 8601. */
export const dateText = (date: string | number): string =>
  typeof date === 'string' ? date : new Date(date).toISOString()

const toJson = (map: object | undefined) => (map === undefined ? null : JSON.stringify(map))

const fromJson = (text: string | null) => (text === null ? {} : JSON.parse(text))
