import { orNotFound } from '../../http/errors/exceptions.ts'
import type { RecommenderConfigurationResponse } from '../../model/recommender.ts'
import type { Store } from '../../store/open-store.ts'

/**
 * Finds a recommender configuration by its id.
 *
 * @throws NotFoundException
 */
export function findRecommender(store: Store, id: string): RecommenderConfigurationResponse {
  return orNotFound(store.recommenders.get(id), `Recommender not found: ${id}`)
}
