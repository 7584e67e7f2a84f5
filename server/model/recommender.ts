import { type Static, Type } from '@sinclair/typebox'
import { MapOf, OneOf, PageOf } from './common.ts'
import { recommenderLimits } from './quotas.ts'

const optionalString = Type.Optional(Type.String())

/** The values of RecommendationProviderIdType. */
const idTypes: readonly string[] = ['PINPOINT_ENDPOINT_ID', 'PINPOINT_USER_ID']

/** What a caller sends. The operations check which members go together. */
const configuration = {
  Attributes: Type.Optional(MapOf(Type.String(), recommenderLimits.attributes)),
  Description: optionalString,
  Name: optionalString,
  RecommendationProviderIdType: Type.Optional(OneOf(idTypes)),
  RecommendationProviderRoleArn: Type.String({ minLength: 1 }),
  RecommendationProviderUri: Type.String({ minLength: 1 }),
  RecommendationTransformerUri: Type.Optional(Type.String({ minLength: 1 })),
  RecommendationsDisplayName: optionalString,
  RecommendationsPerMessage: Type.Optional(
    Type.Integer({ minimum: 1, maximum: recommenderLimits.recommendations }),
  ),
}

export const CreateRecommenderConfiguration = Type.Object({ ...configuration })
export const UpdateRecommenderConfiguration = Type.Object({ ...configuration })
export type RecommenderConfiguration = Static<typeof CreateRecommenderConfiguration>

export const RecommenderConfigurationResponse = Type.Object({
  ...configuration,
  CreationDate: Type.String(),
  Id: Type.String(),
  LastModifiedDate: Type.String(),
})
export type RecommenderConfigurationResponse = Static<typeof RecommenderConfigurationResponse>

/**
 * What a recommender recommends to somebody: items, or the attributes that its Lambda function makes
 * of them, each with a value or several. Attributes stand for the function's answer.
 */
export type RecommendedItems = string[] | Record<string, string | string[]>

/** Whether a value is a list of recommended items. */
export const isItems = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every(item => typeof item === 'string')

/** Whether a value may be that of an attribute: a string or a list of strings. */
export const isAttributeValue = (value: unknown): value is string | string[] =>
  typeof value === 'string' || isItems(value)

/** What a recommender recommends, as a caller has said it. */
export interface RecommenderItems {
  endpoints?: Record<string, RecommendedItems>
  users?: Record<string, RecommendedItems>
  /** For all others. */
  default?: RecommendedItems
}

/** A name in Attributes as variables have it. AWS's own code begins names like this (source: observed). */
export const attributeKey = (name: string): string => name.replace(/^Recommendations\./, '')

export const ListRecommenderConfigurationsResponse = PageOf(RecommenderConfigurationResponse)
