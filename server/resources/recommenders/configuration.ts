import { badRequest } from '../../http/errors/exceptions.ts'
import { recommenderLimits as limits } from '../../model/quotas.ts'
import { attributeKey, type RecommenderConfiguration } from '../../model/recommender.ts'
import { describe } from '../../validation/explain.ts'

/**
 * Checks the configuration of a recommender model, and gives what is stored: its known members, and
 * defaults for absent ones (source: API reference; that answers show the defaults is assumed).
 *
 * @throws BadRequestException
 */
export function define(configuration: RecommenderConfiguration): RecommenderConfiguration {
  const { Attributes, Description, Name, RecommendationTransformerUri, RecommendationsDisplayName } =
    configuration
  if (Name !== undefined) checkName('Name', Name, limits.name)
  if (RecommendationsDisplayName !== undefined) {
    checkName('RecommendationsDisplayName', RecommendationsDisplayName, limits.displayName)
  }
  if (Description !== undefined && Description.length > limits.description) {
    throw badRequest(
      `Description must have at most ${limits.description} characters; got ${Description.length}`,
    )
  }
  if (RecommendationTransformerUri !== undefined) checkAttributes(Attributes)
  else if (Attributes !== undefined) {
    throw badRequest('Attributes must not be given without RecommendationTransformerUri')
  } else if (RecommendationsDisplayName === undefined) {
    throw badRequest('RecommendationsDisplayName is required where RecommendationTransformerUri is not given')
  }
  return {
    Attributes,
    Description,
    Name,
    RecommendationProviderIdType: configuration.RecommendationProviderIdType ?? 'PINPOINT_ENDPOINT_ID',
    RecommendationProviderRoleArn: configuration.RecommendationProviderRoleArn,
    RecommendationProviderUri: configuration.RecommendationProviderUri,
    RecommendationTransformerUri,
    RecommendationsDisplayName,
    RecommendationsPerMessage: configuration.RecommendationsPerMessage ?? limits.recommendations,
  }
}

/** The attributes that a Lambda function returns. */
function checkAttributes(attributes: Record<string, string> = {}): void {
  if (Object.keys(attributes).length === 0) {
    throw badRequest(
      `Attributes is required with RecommendationTransformerUri: it must have from 1 to ${limits.attributes} names`,
    )
  }
  for (const [name, displayName] of Object.entries(attributes)) {
    const key = attributeKey(name)
    if (!/^[\p{L}\p{N}][\p{L}\p{N}_-]*$/u.test(key) || key.length > limits.attributeName) {
      throw badRequest(
        `A name in Attributes must have from 1 to ${limits.attributeName} letters, digits, _ or -, and begin with a letter or digit; got ${describe(name)}`,
      )
    }
    checkName(`Attributes.${name}`, displayName, limits.displayName)
  }
}

function checkName(member: string, name: string, maxLength: number): void {
  if (/^[\p{L}\p{N}][\p{L}\p{N} _-]*$/u.test(name) && name.length <= maxLength) return
  throw badRequest(
    `${member} must have from 1 to ${maxLength} letters, digits, spaces, _ or -, and begin with a letter or digit; got ${describe(name)}`,
  )
}
