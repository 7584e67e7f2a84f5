import { pathParams } from '../../model/common.ts'

/** Path parameters of an operation on a recommender configuration. */
export const RecommenderParams = pathParams({ recommenderId: 'Id of the recommender configuration' })
