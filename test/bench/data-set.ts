import { chance, hexDigits, pick, pickByShare } from './chance.ts'
import { type City, cityBy } from './cities.ts'

/*
 * The data that is imported: what an export of a shop's customers looks like. Users have one to three
 * endpoints, on mixed channels, which agree on their user's attributes and are far apart in the file. Some
 * columns have few values, some are different in each row; those of a device are empty for e-mail and SMS.
 * All of it depends on the number of the row and on the day of the run, from which the dates of "recently"
 * are counted.
 */

/** The columns of the CSV file. Interests is there twice, since a user may have two. */
export const columns = [
  'Id',
  'ChannelType',
  'Address',
  'OptOut',
  'EffectiveDate',
  'User.UserId',
  'User.UserAttributes.FirstName',
  'User.UserAttributes.Birthday',
  'User.UserAttributes.CustomerNumber',
  'User.UserAttributes.Interests',
  'User.UserAttributes.Interests',
  'Attributes.Plan',
  'Attributes.Source',
  'Attributes.LastOrder',
  'Attributes.LastSeen',
  'Location.Country',
  'Location.City',
  'Location.Latitude',
  'Location.Longitude',
  'Demographic.Platform',
  'Demographic.Model',
  'Demographic.AppVersion',
  'Demographic.Timezone',
  'Metrics.Visits',
  'Metrics.Spent',
] as const

/** A row's texts by the columns' numbers; an empty one is a value that the endpoint does not have. */
export type Row = string[]

/** 0 for the first export of the data set; 1 for one of a later day, in which every endpoint has changed. */
export type Edition = 0 | 1

const day = 86_400_000
const today = Math.floor(Date.now() / day) * day

/** How many endpoints each of ten users has; the next ten have the same. */
const endpointsOfUsers = [1, 2, 1, 3, 1, 2, 1, 2, 1, 2]
/** The user of each of those endpoints, and which of the user's endpoints it is. */
const userCycle = endpointsOfUsers.flatMap((length, user) =>
  Array.from({ length }, (_, rank) => [user, rank] as const),
)

const push = [
  ['GCM', 0.55],
  ['APNS', 0.4],
  ['APNS_SANDBOX', 0.03],
  ['ADM', 0.02],
] as const
/**
 * The channels of a user's first, second and third endpoint: 50% EMAIL, 37% push, 13% SMS and VOICE of all.
 */
const channels = [
  [
    ['EMAIL', 0.8],
    ['SMS', 0.08],
    ['push', 0.12],
  ],
  [
    ['push', 0.8],
    ['SMS', 0.18],
    ['VOICE', 0.02],
  ],
  [
    ['push', 0.75],
    ['SMS', 0.25],
  ],
] as const
const plans = [
  ['free', 0.7],
  ['plus', 0.2],
  ['pro', 0.0995],
  ['platinum', 0.0005],
] as const
const sources = [
  ['web', 0.45],
  ['app', 0.3],
  ['store', 0.15],
  ['partner', 0.1],
] as const
const optOuts = [
  ['NONE', 0.92],
  ['ALL', 0.08],
] as const
const firstNames =
  'Ada Ahmed Aiko Alice Amara Anna Ben Björn Carla Chen Chloé Dana David Elena Emma Fatima Felix Grace Hana Hugo Ida Ivan Jana João José Kai Lara Léa Liam Lucía Maja Marek Maria Max Mei Mia Mohammed Nina Noah Nora Olga Oscar Paul Pia Priya Ravi Rosa Sara Sofía Tom Uma Victor Yuki Zoë'.split(
    ' ',
  )
const interests =
  'books cooking cycling fashion film games garden hiking music photography running travel'.split(' ')
const mailHosts = ['example.com', 'example.net', 'example.org', 'mail.example.com']
const androidModels =
  'Galaxy S24;Galaxy S23;Galaxy A54;Galaxy A15;Pixel 9;Pixel 8;Pixel 7a;Redmi Note 13;Redmi 12;Moto G84;OnePlus 12;Xperia 5'.split(
    ';',
  )
const appleModels =
  'iPhone16,2;iPhone16,1;iPhone15,4;iPhone15,2;iPhone14,5;iPhone13,2;iPad14,1;iPad13,4'.split(';')

/** The number of an endpoint's user, and which of the user's endpoints it is. */
const userOf = (number: number) => {
  const [user, rank] = userCycle[number % userCycle.length]!
  return { user: Math.floor(number / userCycle.length) * endpointsOfUsers.length + user, rank }
}

/** The endpoint of a number. */
export function endpointRow(number: number, edition: Edition = 0): Row {
  const { user, rank } = userOf(number)
  const group = pickByShare<string>(channels[rank]!, chance(number, 1))
  const channel = group === 'push' ? pickByShare(push, chance(number, 2)) : group
  const city = cityBy(chance(user, 3))
  const firstName = pick(firstNames, chance(user, 4))
  const secondInterest = chance(user, 5) < 0.4 ? pick(interests, chance(user, 6)) : ''
  // More of them lately than long ago.
  const lastSeen = isoTime(today - day - chance(number, 7) ** 2 * 700 * day + edition * 0.9 * day)
  return [
    uuid(number),
    channel,
    addressOf(number, channel, firstName, city),
    pickByShare(optOuts, chance(number, 8)),
    lastSeen,
    `user-${hexDigits(user, 9, 16)}`,
    firstName,
    `${isoTime((chance(user, 11) * 50 - 15) * 365 * day).slice(0, 10)}T00:00:00Z`,
    `C${String(10_000_000 + user)}`,
    pick(interests, chance(user, 12)),
    secondInterest,
    pickByShare(plans, chance(number, 13)),
    pickByShare(sources, chance(number, 14)),
    `order-${hexDigits(number, 15, 8)}-${number}`,
    lastSeen,
    city.country,
    city.name,
    city.latitude,
    city.longitude,
    ...deviceOf(number, channel),
    city.timezone,
    String(Math.floor(-12 * Math.log(1 - chance(number, 16))) + edition),
    (chance(number, 17) ** 3 * 2000).toFixed(2),
  ]
}

/** The rows of a file, in an order in which neighbours have nothing to do with each other. */
export function* dataSet(count: number, edition: Edition = 0): Generator<Row> {
  const stride = strideThrough(count)
  for (let place = 0; place < count; place++) yield endpointRow((place * stride) % count, edition)
}

function uuid(number: number): string {
  const hex = hexDigits(number, 20, 32)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`
}

/** An address that no other endpoint has. */
function addressOf(number: number, channel: string, firstName: string, { callingCode }: City): string {
  switch (channel) {
    case 'EMAIL':
      return `${toAscii(firstName)}.${number}@${pick(mailHosts, chance(number, 30))}`
    case 'SMS':
    case 'VOICE':
      return `+${callingCode}${String(7_000_000_000 + number)}`
    case 'GCM':
      return `${hexDigits(number, 31, 22)}:APA91b${hexDigits(number, 34, 134)}`
    case 'ADM':
      return `amzn1.adm-registration.v2.${hexDigits(number, 34, 200)}`
    default:
      return hexDigits(number, 34, 64)
  }
}

/** Platform, model and version of the app, which push alone has. */
function deviceOf(number: number, channel: string): [string, string, string] {
  if (channel === 'EMAIL' || channel === 'SMS' || channel === 'VOICE') return ['', '', '']
  const isApple = channel.startsWith('APNS')
  // Most have a version of lately.
  const version = Math.floor(chance(number, 71) ** 2 * 40)
  return [
    isApple ? 'iOS' : 'Android',
    pick(isApple ? appleModels : androidModels, chance(number, 72)),
    `${8 - Math.floor(version / 10)}.${9 - (version % 10)}`,
  ]
}

const toAscii = (name: string) =>
  name
    .toLowerCase()
    .normalize('NFD')
    .replace(/[^a-z]/g, '')

const isoTime = (milliseconds: number) => new Date(milliseconds).toISOString()

/**
 * A step that leads to every number below `count` once: about two fifths of it, and without a factor in
 * common.
 */
function strideThrough(count: number): number {
  const commonFactor = (a: number, b: number): number => (b === 0 ? a : commonFactor(b, a % b))
  let stride = Math.max(1, Math.floor(count * 0.382))
  while (commonFactor(stride, count) !== 1) stride++
  return stride
}
