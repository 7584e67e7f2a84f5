import { attributeKey, type RecommenderConfiguration, type RecommenderItems } from '../model/recommender.ts'
import type { TemplateBody } from '../model/template.ts'
import { foldedId } from '../store/endpoints/endpoint-key.ts'
import type { Store } from '../store/open-store.ts'

/** What recommendations depend on of an endpoint, as GetEndpoint answers it. */
export interface Recommended {
  Id?: unknown
  User?: unknown
}

/**
 * Makes the function that gives the recommendations of a template's recommender for an endpoint.
 *
 * @returns undefined for a template without a recommender, or whose recommender was deleted
 */
export function recommendationsOf(
  { recommenders }: Pick<Store, 'recommenders'>,
  { RecommenderId: id }: TemplateBody,
): ((endpoint: Recommended) => object | undefined) | undefined {
  const configuration = id === undefined ? undefined : recommenders.get(id)
  return configuration && createRecommendations(configuration, recommenders.items(configuration.Id))
}

/**
 * Makes the function that gives the recommendations for an endpoint, as variables of a template:
 * `RecommendationItems`, or `Recommendations` if a Lambda function makes attributes of the items
 * (source: guide). They are those that are said for the endpoint, else for its user, else for all.
 *
 * @param items what a caller has said that the recommender recommends
 * @returns a function that gives undefined where nothing is recommended
 */
function createRecommendations(
  configuration: RecommenderConfiguration,
  { endpoints = {}, users = {}, default: byDefault }: RecommenderItems,
): (endpoint: Recommended) => object | undefined {
  const { RecommendationsPerMessage: count, RecommendationProviderIdType, Attributes } = configuration
  const byEndpoint = new Map(Object.entries(endpoints).map(([id, items]) => [foldedId(id), items]))
  const byUser = new Map(Object.entries(users))
  const cut = (value: string | string[]) => (Array.isArray(value) ? value.slice(0, count) : value)

  return ({ Id, User }) => {
    const user = (Object(User) as { UserId?: unknown }).UserId
    // Without a user, a recommender by users recommends nothing (source: guide).
    if (RecommendationProviderIdType === 'PINPOINT_USER_ID' && typeof user !== 'string') return undefined
    const found =
      (typeof Id === 'string' ? byEndpoint.get(foldedId(Id)) : undefined) ??
      (typeof user === 'string' ? byUser.get(user) : undefined) ??
      byDefault
    if (found === undefined) return undefined
    if (Array.isArray(found)) return { RecommendationItems: cut(found) }
    const known = new Set(Object.keys(Attributes ?? {}).map(attributeKey))
    const values = Object.entries(found).filter(([name]) => known.has(attributeKey(name)))
    return {
      Recommendations: Object.fromEntries(values.map(([name, value]) => [attributeKey(name), cut(value)])),
    }
  }
}
