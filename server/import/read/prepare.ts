import { createHash } from 'node:crypto'
import type { Attributes } from '../../model/endpoint.ts'
import type { AppRef } from '../../store/applications/applications.ts'
import {
  type AttributeMap,
  type AttributeName,
  attributeMaps,
} from '../../store/endpoints/attribute-names.ts'
import { type EndpointRef, endpointKey, endpointRef } from '../../store/endpoints/endpoint-key.ts'
import { changeOf, type EndpointChange } from '../../store/endpoints/endpoint-row.ts'
import { BloomFilter } from './bloom-filter.ts'
import { type BadItem, type Item, isBad, joinProblems } from './item.ts'
import { hasNoneBut, type ImportedEndpoint, userOf } from './record-schema.ts'

/** A record with all that can be known of it without the database. */
export interface PreparedRecord {
  /** Null where it is about a user alone. */
  endpoint: EndpointRef | null
  change: EndpointChange
  /** Whether it says nothing of its endpoint but the id. */
  isIdAlone: boolean
  /** Whether it has an id of its own, and not one that was made of its address. */
  isIdGiven: boolean
  /** Whether no record of the job before it has named its id, its user, its address; false where that is not known. */
  isIdNew: boolean
  isUserNew: boolean
  isAddressNew: boolean
}

/** Records that have gone through all stages of reading. */
export interface PreparedBatch {
  items: Item<PreparedRecord>[]
  /** The custom names in them. */
  names: AttributeName[]
}

/**
 * Prepares the records of one job, object after object, and remembers what they named: as long as a job is alone in its
 * application, what none of its records has named before is not there, and need not be looked up. To begin again is of no
 * use for that, but for a job that has not written anything.
 *
 * @param options.isSoleWriter whether the application has no endpoints when this begins; else nothing is remembered
 */
export function createPreparation(app: AppRef, { isSoleWriter }: { isSoleWriter: boolean }) {
  const seen = isSoleWriter ? new BloomFilter() : undefined
  const isNew = (key: number): boolean => {
    if (seen === undefined || seen.mayHave(key)) return false
    seen.add(key)
    return true
  }

  const prepare = (record: ImportedEndpoint): PreparedRecord | string => {
    const change = changeOf(record)
    const isUserAlone = userOf(record) !== undefined
    const id = record.Id ?? idOf(record)
    if (id === undefined && !isUserAlone) return whyNoId(record)
    const endpoint = isUserAlone ? null : endpointRef(app.seq, id!)
    return {
      endpoint,
      change,
      isIdAlone: hasNoneBut(record, 'Id'),
      isIdGiven: record.Id !== undefined,
      isIdNew: endpoint !== null && isNew(endpoint.key),
      isUserNew: change.user_id !== null && isNew(keyOf(kinds.user, change.user_id)),
      isAddressNew: change.address !== null && isNew(keyOf(kinds.address, change.address)),
    }
  }

  const prepareItem = (item: Item<ImportedEndpoint>): Item<PreparedRecord> => {
    if (isBad(item)) return prepareBad(item)
    const { line, value } = item
    const prepared = prepare(value)
    return typeof prepared === 'string' ? { line, reason: prepared } : { line, value: prepared }
  }

  /** What else is wrong with a bad record is seen here, or else by the writer, who knows which endpoints there are. */
  const prepareBad = ({ rest, ...bad }: BadItem<ImportedEndpoint>): BadItem<PreparedRecord> => {
    if (rest === undefined) return bad
    const prepared = prepare(rest)
    return typeof prepared === 'string'
      ? { ...bad, reason: joinProblems([bad.reason, prepared]) }
      : { ...bad, rest: prepared }
  }

  return async function* (
    batches: AsyncIterable<Item<ImportedEndpoint>[]> | Iterable<Item<ImportedEndpoint>[]>,
  ): AsyncGenerator<PreparedBatch> {
    for await (const batch of batches) {
      if (batch.length === 0) continue
      const names = createNames()
      for (const item of batch) if (!isBad(item)) names.add(item.value)
      yield { items: batch.map(prepareItem), names: names.all() }
    }
  }
}

/** Kinds of keys besides those of endpoints, where an application stands otherwise. */
const kinds = { user: -1, address: -2 }

/** SQLite keeps texts well-formed, so these are what it would find the same. */
const keyOf = (kind: number, text: string) => endpointKey(kind, text.toWellFormed())

/** Collects the custom names of records. */
function createNames() {
  const found: Record<AttributeMap, Set<string>> = {
    Attributes: new Set(),
    Metrics: new Set(),
    'User.UserAttributes': new Set(),
  }
  const addLists = (names: Set<string>, lists: Attributes | undefined) => {
    for (const name in lists) if (lists[name]!.length > 0) names.add(name)
  }
  return {
    add({ Attributes, Metrics, User }: ImportedEndpoint): void {
      addLists(found.Attributes, Attributes)
      for (const name in Metrics) found.Metrics.add(name)
      addLists(found['User.UserAttributes'], User?.UserAttributes)
    },
    all: (): AttributeName[] => attributeMaps.flatMap(map => [...found[map]].map(name => ({ map, name }))),
  }
}

function whyNoId({ Address, ChannelType }: ImportedEndpoint): string {
  if (Address !== undefined) return 'Missing ChannelType'
  return ChannelType === undefined
    ? 'Missing Address: a record needs an Id, or Address and ChannelType'
    : 'Missing Address'
}

/**
 * The id of an endpoint whose record names none: the same for the same channel and address, so that a file imported
 * twice updates its endpoints (assumed).
 */
function idOf({ ChannelType, Address }: ImportedEndpoint): string | undefined {
  if (ChannelType === undefined || Address === undefined) return undefined
  return createHash('md5').update(`${ChannelType}:${Address}`).digest('hex')
}
