import { pushMembers } from '../model/push-channels.ts'
import { endpointLimits } from '../model/quotas.ts'
import type { AppRef } from '../store/applications/applications.ts'
import type { AttributeName } from '../store/endpoints/attribute-names.ts'
import type { EndpointRef } from '../store/endpoints/endpoint-key.ts'
import type { EndpointChange, EndpointRow, EndpointValues } from '../store/endpoints/endpoint-row.ts'
import type { EndpointWrite } from '../store/endpoints/endpoint-writer.ts'
import type { EndpointWriter } from '../store/endpoints/endpoints.ts'
import { type Completeness, checkComplete } from './check-endpoint.ts'
import { checkSize } from './endpoint-size.ts'
import { mergeAttributes, mergeEndpoint, type Write } from './merge-endpoint.ts'

/** An endpoint as it is stored, and as a plan leaves it. */
export interface PlannedEndpoint extends EndpointWrite {
  values: EndpointValues
}

/** Tells which names of attributes and metrics an application has, and which a change would add. */
export type KnownNames = Pick<EndpointWriter, 'newNames' | 'countNames'>

/**
 * Plans changes of one application's endpoints, one after the other, by Pinpoint's rules: what each leaves of
 * its endpoint, and of the others that it concerns. It works in memory on rows that were loaded for these
 * changes (`loadEndpoints`), and writes nothing: what it comes to is `writes` and `newNames`.
 */
export class EndpointPlan {
  readonly #app: AppRef
  readonly #names: KnownNames
  readonly #byId = new Map<string, PlannedEndpoint>()
  /** Lists may hold endpoints that have another user, or another address, by now. */
  readonly #byUser = new Map<string, PlannedEndpoint[]>()
  readonly #byAddress = new Map<string, PlannedEndpoint[]>()
  /** In the order in which they were first changed. */
  readonly #changed = new Set<PlannedEndpoint>()
  readonly newNames: AttributeName[] = []

  constructor(app: AppRef, rows: EndpointRow[], names: KnownNames) {
    this.#app = app
    this.#names = names
    for (const row of rows.sort((a, b) => a.seq - b.seq)) {
      this.#note({ stored: row, seq: row.seq, values: row, isConcerned: true })
    }
  }

  /** The endpoints that the plan creates or changes. */
  get writes(): PlannedEndpoint[] {
    return [...this.#changed]
  }

  find({ folded }: Pick<EndpointRef, 'folded'>): PlannedEndpoint | undefined {
    return this.#byId.get(folded)
  }

  /** All endpoints of a user. */
  ofUser(userId: string): PlannedEndpoint[] {
    return this.#byUser.get(userId)?.filter(({ values }) => values.user_id === userId) ?? []
  }

  /**
   * Creates or changes one endpoint, with all that Pinpoint does beside it: other endpoints at the same
   * address become INACTIVE, the user's attributes are the same on all of the user's endpoints, and a user
   * has at most 15. A change that is refused changes nothing.
   *
   * @param change has passed `checkEndpoint`
   * @returns the endpoint, or why the change is refused (texts as observed where there are any)
   */
  put(change: EndpointChange, write: Omit<Write, 'app'> & Completeness): PlannedEndpoint | string {
    const before = this.find(write.endpoint)
    const values = mergeEndpoint(before?.values, change, write)
    const others =
      values.user_id === null ? [] : this.ofUser(values.user_id).filter(other => other !== before)
    const released = others.length < endpointLimits.endpointsPerUser ? undefined : oldestPush(values, others)
    if (released === 'none')
      return `Exceeded maximum endpoint per user count: ${endpointLimits.endpointsPerUser}`
    const siblings = others.filter(other => other !== released)
    adoptUserAttributes(values, change, siblings[0]?.values.user_attributes ?? null)
    const { user_attributes } = values
    const sharing =
      user_attributes === null
        ? []
        : siblings.filter(sibling => sibling.values.user_attributes !== user_attributes)
    const newNames = this.#newNamesOf(change)
    const problem =
      checkMerged(this.#app, values, write) ??
      checkSiblings(this.#app, sharing, user_attributes) ??
      this.#checkNames(newNames)
    if (problem !== undefined) return problem

    for (const { values: other } of others) values.revision = Math.max(values.revision, other.revision + 1)
    if (released !== undefined) {
      this.#change(released, { endpoint_status: 'INACTIVE', user_id: null, user_attributes: null })
    }
    for (const sibling of sharing) this.#change(sibling, { user_attributes })
    for (const other of this.#activeAt(values.address)) {
      if (other !== before) this.#change(other, { endpoint_status: 'INACTIVE' })
    }
    this.newNames.push(...newNames)
    const endpoint = before ?? { stored: undefined, seq: undefined, values, isConcerned: false }
    endpoint.values = values
    endpoint.isConcerned = false
    this.#note(endpoint)
    this.#changed.add(endpoint)
    return endpoint
  }

  /**
   * Reconciles an endpoint that an undo has restored with what others have written since it was copied: it
   * becomes INACTIVE if another one has become ACTIVE at its address, and gets the attributes that its user
   * has now (assumed). The user may then have more than 15 endpoints.
   *
   * @param copiedAt when it was copied, in milliseconds since 1970
   * @param asOf the time to which another endpoint's values belong: when it was copied, if it was restored as
   *   well and has yet to be reconciled; Infinity if others wrote them; undefined if it does not count
   */
  reconcile(
    endpoint: PlannedEndpoint,
    copiedAt: number,
    asOf: (row: EndpointRow) => number | undefined,
  ): void {
    const { address, endpoint_status, user_id, user_attributes } = endpoint.values
    const timeOf = ({ stored }: PlannedEndpoint) => asOf(stored!) ?? Number.NEGATIVE_INFINITY
    const isLater = (other: PlannedEndpoint) => other !== endpoint && timeOf(other) > copiedAt
    if (endpoint_status === 'ACTIVE' && this.#activeAt(address).some(isLater)) {
      this.#change(endpoint, { endpoint_status: 'INACTIVE' })
    }
    if (user_id === null) return
    const [latest] = this.ofUser(user_id)
      .filter(isLater)
      .sort((a, b) => timeOf(b) - timeOf(a) || b.values.revision - a.values.revision)
    if (latest !== undefined && latest.values.user_attributes !== user_attributes) {
      this.#change(endpoint, { user_attributes: latest.values.user_attributes })
    }
  }

  #activeAt(address: string | null): PlannedEndpoint[] {
    if (address === null) return []
    const isActiveThere = ({ values }: PlannedEndpoint) =>
      values.address === address && values.endpoint_status === 'ACTIVE'
    return this.#byAddress.get(address)?.filter(isActiveThere) ?? []
  }

  #change(endpoint: PlannedEndpoint, change: Partial<EndpointValues>): void {
    endpoint.values = { ...endpoint.values, ...change }
    this.#changed.add(endpoint)
  }

  /** Has an endpoint be found by its id, its user and its address. */
  #note(endpoint: PlannedEndpoint): void {
    const { id, user_id, address } = endpoint.values
    this.#byId.set(id, endpoint)
    addTo(this.#byUser, user_id, endpoint)
    addTo(this.#byAddress, address, endpoint)
  }

  #newNamesOf(change: EndpointChange): AttributeName[] {
    const isPlanned = ({ map, name }: AttributeName) =>
      this.newNames.some(other => other.map === map && other.name === name)
    return this.#names.newNames(this.#app, change).filter(name => !isPlanned(name))
  }

  /** The heading of the text is from the guide; the full text was never seen. */
  #checkNames(newNames: AttributeName[]): string | undefined {
    if (newNames.length === 0) return undefined
    const count = this.#names.countNames(this.#app, [...this.newNames, ...newNames])
    if (count <= endpointLimits.customAttributes) return undefined
    const { map, name } = newNames[0]!
    return `Too many custom attributes: an application has at most ${endpointLimits.customAttributes} names of Attributes, Metrics and User.UserAttributes together; with ${map}.${name} there would be ${count}`
  }
}

function addTo(lists: Map<string, PlannedEndpoint[]>, key: string | null, endpoint: PlannedEndpoint): void {
  if (key === null) return
  const list = lists.get(key)
  if (list === undefined) lists.set(key, [endpoint])
  else if (!list.includes(endpoint)) list.push(endpoint)
}

/**
 * Which of a user's endpoints gives way to one more: the push endpoint that was written longest ago, to a
 * push endpoint (source: guide).
 */
function oldestPush({ channel_type }: EndpointValues, others: PlannedEndpoint[]): PlannedEndpoint | 'none' {
  if (!pushMembers.has(channel_type)) return 'none'
  const [oldest] = others
    .filter(({ values }) => pushMembers.has(values.channel_type))
    .sort(
      ({ values: a }, { values: b }) =>
        instantOf(a.effective_date) - instantOf(b.effective_date) || a.revision - b.revision,
    )
  return oldest ?? 'none'
}

const instantOf = (date: string | number): number => (typeof date === 'number' ? date : Date.parse(date))

/** Gives an endpoint the attributes of its user: what the user had, merged with the change. */
function adoptUserAttributes(values: EndpointValues, change: EndpointChange, ofUser: string | null): void {
  if (ofUser === null) return
  values.user_attributes = mergeAttributes(
    mergeAttributes(values.user_attributes, ofUser),
    change.user_attributes,
  )
}

/** What must be true of an endpoint as a whole, once a change is merged into it; gives what is not. */
export function checkMerged(
  app: AppRef,
  endpoint: EndpointValues,
  completeness?: Completeness,
): string | undefined {
  return checkComplete(endpoint, completeness) ?? checkSize(app, endpoint)
}

/** The endpoints that get the user's attributes as well must not become too large by them. */
function checkSiblings(
  app: AppRef,
  siblings: PlannedEndpoint[],
  user_attributes: string | null,
): string | undefined {
  for (const { values } of siblings) {
    const problem = checkSize(app, { ...values, user_attributes })
    if (problem !== undefined)
      return `${problem} (${values.spelling ?? values.id}, which gets the attributes of its user)`
  }
  return undefined
}
