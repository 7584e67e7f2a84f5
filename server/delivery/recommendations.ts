import type { EndpointResponse } from '../model/endpoint.ts'
import { hookLimits } from '../model/quotas.ts'
import {
  attributeKey,
  isAttributeValue,
  type RecommendedItems,
  type RecommenderItems,
} from '../model/recommender.ts'
import type { TemplateBody } from '../model/template.ts'
import { foldedId } from '../store/endpoints/endpoint-key.ts'
import type { Store } from '../store/open-store.ts'
import { callHook, type HookSettings, readEndpointMap } from './call-hook.ts'
import type { SentTemplates } from './choose-content.ts'
import { type PlannedDelivery, type Recommendation, type Sending, withRecommendation } from './deliver.ts'

/** What recommending needs. */
export interface RecommendingContext {
  store: Pick<Store, 'read' | 'recommenders'>
  /** Where Lambda functions are called. */
  hooks: HookSettings
}

/** What a recommender needs to know of an endpoint, as GetEndpoint answers it. */
export type RecommendedTo = Pick<EndpointResponse, 'Id' | 'User'>

/** An endpoint for which a Lambda function is called, with the items that it gets. */
interface FunctionInput {
  endpoint: RecommendedTo
  items: string[]
}

/**
 * Adds what the recommenders of a message's templates recommend to the deliveries that are planned;
 * those that are refused already stay as they are. It may call Lambda functions, so it is not to be
 * done in a transaction. Only campaigns and journeys have recommendations; calls have the defaults
 * alone (source: guide).
 *
 * @returns the deliveries, in their order
 */
export async function recommend(
  context: RecommendingContext,
  { app, configuration, origin, templates }: Sending,
  planned: readonly PlannedDelivery[],
): Promise<PlannedDelivery[]> {
  const { campaign, treatment, journey, run, activity } = origin
  const about = {
    MessageConfiguration: configuration,
    ApplicationId: app.id,
    ...(campaign && { CampaignId: campaign, TreatmentId: treatment, ActivityId: activity }),
    ...(journey && { JourneyId: journey, JourneyRunId: run, JourneyActivityId: activity }),
  }
  const recommended = new Map<PlannedDelivery, Recommendation>()
  for (const sent of Object.values(templates)) {
    const asked = planned.filter(({ template, outcome }) => template === sent && 'content' in outcome)
    const endpoints = asked.map(({ recipient: { endpoint = {} } }) => endpoint)
    const found = await recommendTo(context, sent.body, endpoints, about)
    for (const [index, delivery] of asked.entries()) recommended.set(delivery, found[index]!)
  }
  return planned.map(delivery => withRecommendation(delivery, recommended.get(delivery)))
}

/** Whether a recommender of one of these templates calls a Lambda function, which may take long. */
export const callsFunction = (
  { recommenders }: Pick<Store, 'recommenders'>,
  templates: SentTemplates,
): boolean =>
  Object.values(templates).some(
    ({ body: { RecommenderId: id } }) =>
      id && recommenders.get(id)?.RecommendationTransformerUri !== undefined,
  )

/**
 * Finds out what the recommender of a template recommends to endpoints: the items that a caller has
 * said for the endpoint, else for its user, else for all. If the recommender has a Lambda function,
 * that makes attributes of the items, unless the caller has said attributes in its place. It is not
 * called for endpoints without an Id, as its payload is a map by ids.
 *
 * @param about what the function is told beside the endpoints
 * @returns a recommendation for each endpoint, in their order
 */
export async function recommendTo(
  { store, hooks }: RecommendingContext,
  { RecommenderId: id }: TemplateBody,
  endpoints: readonly RecommendedTo[],
  about: object,
): Promise<Recommendation[]> {
  if (!id) return endpoints.map(() => ({}))
  const { configuration, said } = store.read(() => ({
    configuration: store.recommenders.get(id),
    said: store.recommenders.items(id),
  }))
  // After its deletion, such messages cannot be sent (source: guide).
  if (configuration === undefined) return endpoints.map(() => ({ problem: `Recommender not found: ${id}` }))

  const {
    RecommendationsPerMessage: count,
    RecommendationProviderIdType: idType,
    RecommendationTransformerUri: target,
    Attributes = {},
  } = configuration
  const itemsOf = itemsIn(said)
  const known = new Set(Object.keys(Attributes).map(attributeKey))
  const cut = (value: string | string[]) => (Array.isArray(value) ? value.slice(0, count) : value)
  const attributesOf = (values: Record<string, string | string[]>): Recommendation => {
    const members = Object.entries(values).map(([name, value]) => [attributeKey(name), cut(value)] as const)
    return {
      recommendations: { Recommendations: Object.fromEntries(members.filter(([key]) => known.has(key))) },
    }
  }

  const found = new Map<RecommendedTo, Recommendation>()
  const inputs: FunctionInput[] = []
  for (const endpoint of endpoints) {
    const given = itemsOf(endpoint)
    if (idType === 'PINPOINT_USER_ID' && userOf(endpoint) === undefined) {
      // Such messages are not sent (source: guide).
      found.set(endpoint, { problem: `Endpoint has no UserId, which the recommender ${id} needs` })
      continue
    }
    if (given !== undefined && !Array.isArray(given)) {
      found.set(endpoint, attributesOf(given))
      continue
    }
    const items = given?.slice(0, count) ?? []
    if (target === undefined) found.set(endpoint, given === undefined ? {} : itemsAlone(items))
    else if (endpoint.Id) inputs.push({ endpoint, items })
    else {
      const notCalled = `the Lambda function ${target} was not called: the endpoint has no Id`
      found.set(endpoint, { ...itemsAlone(items), notCalled })
    }
  }

  for (let from = 0; from < inputs.length; from += hookLimits.endpoints) {
    const batch = inputs.slice(from, from + hookLimits.endpoints)
    const outcome = await callHook(hooks, target!, { ...about, Endpoints: inputOf(batch) }, readEndpointMap)
    for (const { endpoint, items } of batch) {
      if ('failed' in outcome) found.set(endpoint, { problem: outcome.failed })
      else if ('notAllowed' in outcome) {
        found.set(endpoint, { ...itemsAlone(items), notCalled: outcome.notAllowed })
      } else {
        const answer = Object(outcome.answer[endpoint.Id ?? '']).Recommendations
        // An invalid answer means that the message is not sent (source: guide).
        found.set(
          endpoint,
          isAttributes(answer)
            ? attributesOf(answer)
            : { problem: `${target}: its answer has no valid Recommendations for the endpoint` },
        )
      }
    }
  }
  return endpoints.map(endpoint => found.get(endpoint)!)
}

const userOf = ({ User }: RecommendedTo): string | undefined => {
  const { UserId } = Object(User) as { UserId?: unknown }
  return typeof UserId === 'string' ? UserId : undefined
}

/** Reads what a caller has said a recommender recommends. */
function itemsIn({ endpoints = {}, users = {}, default: byDefault }: RecommenderItems) {
  const byEndpoint = new Map(Object.entries(endpoints).map(([id, items]) => [foldedId(id), items]))
  const byUser = new Map(Object.entries(users))
  return (endpoint: RecommendedTo): RecommendedItems | undefined =>
    (typeof endpoint.Id === 'string' ? byEndpoint.get(foldedId(endpoint.Id)) : undefined) ??
    byUser.get(userOf(endpoint) ?? '') ??
    byDefault
}

const itemsAlone = (items: string[]): Recommendation => ({ recommendations: { RecommendationItems: items } })

/** Endpoints as functions get them: without their ids, each with its items (source: guide). */
const inputOf = (batch: readonly FunctionInput[]): Record<string, object> =>
  Object.fromEntries(
    batch.map(({ endpoint: { Id = '', ...endpoint }, items }) => [
      Id,
      { ...endpoint, RecommendationItems: items },
    ]),
  )

/** Whether a value is a map of strings and lists of strings. */
const isAttributes = (value: unknown): value is Record<string, string | string[]> =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  Object.values(value).every(isAttributeValue)
