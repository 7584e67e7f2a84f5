import { fullRecommender, recommender } from './with-recommenders.ts'

const { Attributes, ...withoutAttributes } = fullRecommender
const aName = (member: string, max: number) =>
  new RegExp(
    `^${member} must have from 1 to ${max} letters, digits, spaces, _ or -, and begin with a letter or digit; got `,
  )
const attributeName =
  /^A name in Attributes must have from 1 to 50 letters, digits, _ or -, and begin with a letter or digit; got /
const attributes = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`a${index}`, 'A']))

/** Configurations that are refused with 400, with their messages. */
export const badRecommenders: [body: object | undefined, message: string | RegExp][] = [
  [undefined, /^The request body is required/],
  [
    { ...recommender, RecommendationProviderUri: undefined },
    'RecommendationProviderUri is required: it must be a string that is not empty',
  ],
  [
    { ...recommender, RecommendationProviderRoleArn: '' },
    'RecommendationProviderRoleArn must be a string that is not empty; got ""',
  ],
  ...[0, 6].map((count): [object, string] => [
    { ...recommender, RecommendationsPerMessage: count },
    `RecommendationsPerMessage must be a whole number from 1 to 5; got ${count}`,
  ]),
  [
    { ...recommender, RecommendationProviderIdType: 'USER_ID' },
    'RecommendationProviderIdType must be one of PINPOINT_ENDPOINT_ID, PINPOINT_USER_ID; got "USER_ID"',
  ],
  ...['', ' books', '_books', 'a/b', 'x'.repeat(129)].map((Name): [object, RegExp] => [
    { ...recommender, Name },
    aName('Name', 128),
  ]),
  ...['', '-books', 'x'.repeat(26)].map((name): [object, RegExp] => [
    { ...recommender, RecommendationsDisplayName: name },
    aName('RecommendationsDisplayName', 25),
  ]),
  [{ ...recommender, Description: 'x'.repeat(129) }, 'Description must have at most 128 characters; got 129'],
  [
    { ...recommender, RecommendationsDisplayName: undefined },
    'RecommendationsDisplayName is required where RecommendationTransformerUri is not given',
  ],
  [{ ...recommender, Attributes }, 'Attributes must not be given without RecommendationTransformerUri'],
  ...[{}, undefined].map((none): [object, string] => [
    { ...fullRecommender, Attributes: none },
    'Attributes is required with RecommendationTransformerUri: it must have from 1 to 10 names',
  ]),
  [{ ...withoutAttributes, Attributes: attributes(11) }, 'Attributes must have at most 10 names; got 11'],
  ...['', '_a', '-a', 'a b', 'a.b', 'x'.repeat(51), 'Recommendations.', 'Recommendations.a.b'].map(
    (name): [object, RegExp] => [{ ...fullRecommender, Attributes: { [name]: 'A' } }, attributeName],
  ),
  [{ ...fullRecommender, Attributes: { Name: '' } }, aName('Attributes\\.Name', 25)],
  [{ ...fullRecommender, Attributes: { Name: 'x'.repeat(26) } }, aName('Attributes\\.Name', 25)],
  [{ ...fullRecommender, Attributes: { Name: 7 } }, 'Attributes.Name must be a string; got 7'],
]

/** The largest that is taken. */
export const largestRecommender = {
  ...fullRecommender,
  Attributes: {
    ...attributes(8),
    ['x'.repeat(50)]: 'x'.repeat(25),
    [`Recommendations.${'y'.repeat(50)}`]: 'É 1',
  },
  Description: 'é'.repeat(128),
  Name: 'x'.repeat(128),
  RecommendationsDisplayName: 'x'.repeat(25),
  RecommendationsPerMessage: 5,
}
