import { crc32 } from 'node:zlib'
import type { ChannelType, Endpoint, EndpointRequest } from '../../model/endpoint.ts'
import type { AppRef } from '../applications/applications.ts'
import type { EndpointRef } from './endpoint-key.ts'

/** Columns of `endpoints` that are written when an endpoint is created, and never change. */
const fixedColumns = ['app', 'key', 'id', 'spelling', 'creation_date'] as const

/** Columns that hold maps of an endpoint, as JSON texts; null if there is none. */
export const mapColumns = ['user_attributes', 'attributes', 'metrics', 'location', 'demographic'] as const

/**
 * Columns of `endpoints` that a request or a record can set. An EndpointChange has the same names.
 */
export const changeColumns = [
  'channel_type',
  'address',
  'endpoint_status',
  'opt_out',
  'request_id',
  'effective_date',
  'user_id',
  ...mapColumns,
] as const
export type ChangeColumn = (typeof changeColumns)[number]

/** Columns that are made of another one, by which endpoints are found: `endpointKey` of its text. */
export const keyColumns = { user_key: 'user_id', address_key: 'address' } as const
type KeyColumn = keyof typeof keyColumns

/** Columns of `endpoints` that a write can change, but for those of `keyColumns`. */
const valueColumns = [...changeColumns, 'revision', 'import_job'] as const

/** Columns of `endpoints` that a write can change. */
export const mutableColumns = [...valueColumns, ...(Object.keys(keyColumns) as KeyColumn[])] as const

/** All columns of `endpoints` but the row number `seq`. */
export const endpointColumns = [...fixedColumns, ...mutableColumns] as const

/** The maps of an endpoint. Only code that needs their content parses them. */
export type EndpointMaps = Record<(typeof mapColumns)[number], string | null>

/** The values in a row of `endpoints`. */
export interface EndpointValues extends EndpointMaps {
  /** The id in the form in which ids are compared (`foldedId`). */
  id: string
  /** The hash of application and id (`endpointKey`). */
  key: number
  /** The id as it was given, if that is another text. */
  spelling: string | null
  channel_type: ChannelType | null
  address: string | null
  endpoint_status: string
  opt_out: string
  request_id: string
  /** Milliseconds since 1970. */
  creation_date: number
  /** The text that a caller or a record gave, or milliseconds since 1970. */
  effective_date: string | number
  user_id: string | null
  /** Grows with each write of a user's endpoints. It orders those with the same EffectiveDate. */
  revision: number
}

/** A row of `endpoints`. */
export interface EndpointRow extends EndpointValues {
  seq: number
  app: number
  /** The import job that wrote it last; null when a caller named it since. */
  import_job: number | null
}

/** SQL of a row's request id: its own, or that of the job that wrote it. */
const requestId = (row: string) =>
  `coalesce(${row}.request_id, (SELECT j.request_id FROM import_jobs j WHERE j.seq = ${row}.import_job)) AS request_id`

/** SQL of the columns of an EndpointRow. */
export const selectRow = (row: string): string =>
  ['seq', ...fixedColumns, ...valueColumns]
    .map(column => (column === 'request_id' ? requestId(row) : `${row}.${column}`))
    .join(', ')

/** The values that a request or a record sets; null for those that it does not set. */
export type EndpointChange = { [Column in Exclude<ChangeColumn, 'channel_type'>]: string | null } & {
  channel_type: ChannelType | null
}

/**
 * Makes texts well-formed, as SQLite does, so that they compare the same in memory and in the
 * database.
 */
export function changeOf(request: EndpointRequest): EndpointChange {
  const { User } = request
  return {
    channel_type: request.ChannelType ?? null,
    address: request.Address?.toWellFormed() ?? null,
    endpoint_status: request.EndpointStatus ?? null,
    opt_out: request.OptOut ?? null,
    request_id: request.RequestId ?? null,
    effective_date: request.EffectiveDate ?? null,
    user_id: User?.UserId?.toWellFormed() ?? null,
    user_attributes: toJson(User?.UserAttributes),
    attributes: toJson(request.Attributes),
    metrics: toJson(request.Metrics),
    location: toJson(request.Location),
    demographic: toJson(request.Demographic),
  }
}

/** The values of an endpoint: the reverse of `toEndpoint`. */
export function fromEndpoint(endpoint: Endpoint, { folded, key }: EndpointRef): EndpointValues {
  const change = changeOf(endpoint)
  return {
    ...change,
    attributes: nullIfEmpty(change.attributes),
    metrics: nullIfEmpty(change.metrics),
    location: nullIfEmpty(change.location),
    demographic: nullIfEmpty(change.demographic),
    id: folded,
    key,
    spelling: folded === endpoint.Id ? null : endpoint.Id,
    endpoint_status: endpoint.EndpointStatus,
    opt_out: endpoint.OptOut,
    request_id: endpoint.RequestId,
    creation_date: Date.parse(endpoint.CreationDate),
    effective_date: endpoint.EffectiveDate,
    revision: 0,
  }
}

/** A map as it is stored. (Empty user attributes are an exception: they are stored.) */
export const nullIfEmpty = (map: string | null): string | null => (map === '{}' ? null : map)

/** The endpoint of a row, as GetEndpoint answers it. */
export const toEndpoint = (app: AppRef, row: EndpointValues): Endpoint =>
  endpointOf(app, row, (map: string) => JSON.parse(map))

/** The same as JSON text. The maps are copied without being parsed. */
export const endpointJson = (app: AppRef, row: EndpointValues): string =>
  jsonOf(endpointOf(app, row, map => new JsonText(map)))

/** @param read gives a map of the row the form that it has in the result */
const endpointOf = <Read>(app: AppRef, row: EndpointValues, read: (map: string) => Read) => ({
  ...(row.channel_type !== null && { ChannelType: row.channel_type }),
  ...(row.address !== null && { Address: row.address }),
  EndpointStatus: row.endpoint_status,
  OptOut: row.opt_out,
  RequestId: row.request_id,
  Location: read(row.location ?? '{}'),
  Demographic: read(row.demographic ?? '{}'),
  EffectiveDate: effectiveDates.textOf(row.effective_date),
  Attributes: read(row.attributes ?? '{}'),
  Metrics: read(row.metrics ?? '{}'),
  User: {
    ...(row.user_attributes !== null && { UserAttributes: read(row.user_attributes) }),
    ...(row.user_id !== null && { UserId: row.user_id }),
  },
  ApplicationId: app.id,
  Id: row.spelling ?? row.id,
  CohortId: cohortOf(row),
  CreationDate: creationDates.textOf(row.creation_date),
})

/** A value that is JSON text already. */
class JsonText {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

/** An object as JSON text, in which some values have this form already. */
function jsonOf(object: object): string {
  let members = ''
  for (const [name, value] of Object.entries(object)) {
    const text =
      typeof value === 'string'
        ? JSON.stringify(value)
        : value instanceof JsonText
          ? value.text
          : jsonOf(value)
    members += `${members && ','}"${name}":${text}`
  }
  return `{${members}}`
}

/**
 * One of a hundred cohorts, "0" to "99" (source: guide). Pinpoint chooses it at random. Here it is a
 * hash of the id alone, which is the same in every spelling: so an interrupted import ends like any
 * other, and an endpoint gets the same treatment in each run of a test, whose applications have ids
 * that are made at random (assumed).
 */
const cohortOf = ({ id }: Pick<EndpointValues, 'id'>): string => String(crc32(id) % 100)

/** A date of a row as ISO 8601. */
export const dateText = (date: string | number): string =>
  typeof date === 'string' ? date : new Date(date).toISOString()

/** Texts of dates, where many rows one after the other have the same. */
class DateTexts {
  #date: string | number | undefined
  #text = ''

  textOf(date: string | number): string {
    if (date !== this.#date) {
      this.#date = date
      this.#text = dateText(date)
    }
    return this.#text
  }
}
const effectiveDates = new DateTexts()
const creationDates = new DateTexts()

const toJson = (map: object | undefined) => (map === undefined ? null : JSON.stringify(map))
