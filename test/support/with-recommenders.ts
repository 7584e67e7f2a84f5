import type { Test } from 'tap'
import { buildTestApp } from './helpers.ts'

/** The least that a configuration may have. */
export const recommender = {
  RecommendationProviderRoleArn: 'arn:aws:iam::123456789012:role/recommend',
  RecommendationProviderUri: 'arn:aws:personalize:us-east-1:123456789012:campaign/books',
  RecommendationsDisplayName: 'Books',
}

/** A configuration with every member that there is. */
export const fullRecommender = {
  ...recommender,
  Attributes: { 'Recommendations.Name': 'Product Name', 'price_2-x': '2nd Price' },
  Description: 'Books that others like; for tests',
  Name: 'Books that others like',
  RecommendationProviderIdType: 'PINPOINT_USER_ID',
  RecommendationTransformerUri: 'arn:aws:lambda:us-east-1:123456789012:function:books',
  RecommendationsPerMessage: 2,
}

/** An application whose clock goes on by a second with each call that reads it. */
export async function withRecommenders(t: Test, { quotas = false } = {}) {
  let seconds = 0
  const { call } = buildTestApp(t, {
    config: { region: 'us-east-1', accountId: '123456789012', quotas },
    now: () => new Date(Date.UTC(2026, 0, 2, 3, 4, seconds++)),
  })
  const url = '/v1/recommenders'
  return { call, url, create: (body: object = recommender) => call('POST', url, body) }
}
