import { attributeKey } from '../model/recommender.ts'
import type { TemplateBody } from '../model/template.ts'
import { foldedId } from '../store/endpoints/endpoint-key.ts'
import type { Store } from '../store/open-store.ts'

/** What recommendations depend on of an endpoint, as GetEndpoint answers it. */
export interface Recommended {
  Id?: unknown
  User?: unknown
}

/** What a recommender recommends to an endpoint. */
export interface Recommendation {
  /** Variables of a template; absent where nothing is recommended. */
  recommendations?: object
  /** Why a message that needs recommendations cannot be sent to this endpoint. */
  problem?: string
}

export type Recommender = (endpoint: Recommended) => Recommendation

/**
 * Reads the recommender of a template. It gives the variables `RecommendationItems`, or
 * `Recommendations` if a Lambda function makes attributes of the items (source: guide): those that a
 * caller has said for the endpoint, else for its user, else for all.
 *
 * @returns undefined if the template names none
 */
export function recommenderOf(
  { recommenders }: Pick<Store, 'recommenders'>,
  { RecommenderId }: TemplateBody,
): Recommender | undefined {
  if (!RecommenderId) return undefined
  const configuration = recommenders.get(RecommenderId)
  // After its deletion, such messages cannot be sent (source: guide).
  if (configuration === undefined) return () => ({ problem: `Recommender not found: ${RecommenderId}` })
  const { RecommendationsPerMessage: count, RecommendationProviderIdType, Attributes = {} } = configuration
  const { endpoints = {}, users = {}, default: byDefault } = recommenders.items(RecommenderId)
  const byEndpoint = new Map(Object.entries(endpoints).map(([id, items]) => [foldedId(id), items]))
  const byUser = new Map(Object.entries(users))
  const known = new Set(Object.keys(Attributes).map(attributeKey))
  const cut = (value: string | string[]) => (Array.isArray(value) ? value.slice(0, count) : value)

  return ({ Id, User }) => {
    const user = (Object(User) as { UserId?: unknown }).UserId
    // Without a user, such messages are not sent (source: guide).
    if (RecommendationProviderIdType === 'PINPOINT_USER_ID' && typeof user !== 'string') {
      return { problem: `Endpoint has no UserId, which the recommender ${RecommenderId} needs` }
    }
    const found =
      (typeof Id === 'string' ? byEndpoint.get(foldedId(Id)) : undefined) ??
      (typeof user === 'string' ? byUser.get(user) : undefined) ??
      byDefault
    if (found === undefined) return {}
    if (Array.isArray(found)) return { recommendations: { RecommendationItems: cut(found) } }
    const values = Object.entries(found).flatMap(([name, value]) => {
      const key = attributeKey(name)
      return known.has(key) ? [[key, cut(value)]] : []
    })
    return { recommendations: { Recommendations: Object.fromEntries(values) } }
  }
}
