import { createHash } from 'node:crypto'
import { checkComplete, missingAddress } from '../../endpoints/check-endpoint.ts'
import type { Attributes } from '../../model/endpoint.ts'
import type { AppRef } from '../../store/applications/applications.ts'
import { type AttributeName, attributeMaps, perMap } from '../../store/endpoints/attribute-names.ts'
import { type EndpointRef, endpointKey, endpointRef } from '../../store/endpoints/endpoint-key.ts'
import { changeOf, type EndpointChange } from '../../store/endpoints/endpoint-row.ts'
import { BloomFilter } from './bloom-filter.ts'
import { type BadItem, type Item, isBad, joinProblems } from './item.ts'
import { hasNoneBut, type ImportedEndpoint, userOf } from './record-schema.ts'

/** A record with everything that the writer needs and that can be computed without the database. */
export interface PreparedRecord {
  /** Null for a record of a user alone. */
  endpoint: EndpointRef | null
  change: EndpointChange
  /** Whether its only member is the Id. */
  isIdAlone: boolean
  /** Whether it has an Id; otherwise the id was made of its channel and address. */
  isIdGiven: boolean
  /** Whether no earlier record of the job had its id, user or address; false where unknown. */
  isIdNew: boolean
  isUserNew: boolean
  isAddressNew: boolean
}

/** Records after all stages of reading. */
export interface PreparedBatch {
  items: Item<PreparedRecord>[]
  /** The names of their attributes and metrics. */
  names: AttributeName[]
}

/**
 * Makes the last stage of reading, for all objects of one job. It remembers which ids, users and
 * addresses occurred: as long as nobody else writes to the application, those that are new to the
 * job are not stored, and the writer need not look them up.
 *
 * @param options.isSoleWriter whether the application has no endpoints when reading begins;
 *   otherwise nothing is remembered
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
    if (id === undefined && !isUserAlone) return whyNoId(change)
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

  /**
   * Adds a problem of the id. What a new endpoint would lack is added by the writer, who knows
   * which exist.
   */
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

/** Kinds of keys other than endpoints, in place of the application's number. */
const kinds = { user: -1, address: -2 }

/** The key of a text as SQLite stores it, with lone surrogates replaced. */
const keyOf = (kind: number, text: string) => endpointKey(kind, text.toWellFormed())

/** Collects the names of the attributes and metrics of records. */
function createNames() {
  const found = perMap(() => new Set<string>())
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

/** Why a record has no id: without one, it needs an address and a channel, of which an id is made. */
const whyNoId = (change: EndpointChange): string =>
  checkComplete(change, {
    explainEmpty: () => `${missingAddress}: a record needs an Id, or Address and ChannelType`,
  })!

/**
 * The id of an endpoint whose record has none. It depends only on channel and address, so that
 * importing a file again updates the same endpoints (assumed).
 */
function idOf({ ChannelType, Address }: ImportedEndpoint): string | undefined {
  if (ChannelType === undefined || Address === undefined) return undefined
  return createHash('md5').update(`${ChannelType}:${Address}`).digest('hex')
}
