/** The moment of the data set's newest EffectiveDate: somewhat before the bench, so that nothing lies in the future. */
const newest = Date.now() - 3_600_000

const day = 86_400_000
const cities = [
  'Aberdeen',
  'Bath',
  'Cardiff',
  'Derby',
  'Exeter',
  'Falkirk',
  'Glasgow',
  'Hull',
  'Ipswich',
  'Kendal',
]
const countries = ['GB', 'DE', 'FR', 'ES', 'IT', 'US', 'BR', 'IN', 'JP', 'ZA']
const makes = ['Acme', 'Bolt', 'Core', 'Dyna', 'Echo']

/** A number from 0 to 1 that depends on nothing but the other; neighbours have far apart ones. */
const spread = (number: number, by: number) => (Math.imul(number + 1, by) >>> 0) / 2 ** 32

/**
 * Endpoints as a shop may have them, two to a user, with values that are rare, common and all different, so that each
 * kind of dimension finds few, many, and something between.
 */
export function* dataSet(count: number): Generator<string> {
  yield 'Id,ChannelType,Address,User.UserId,EffectiveDate,Attributes.Plan,Attributes.City,Attributes.Order,Attributes.Signup,User.UserAttributes.Born,Metrics.Score,Metrics.Visits,Location.Country,Location.Latitude,Location.Longitude,Demographic.Make,Demographic.Platform\n'
  for (let number = 0; number < count; number++) {
    const id = String(number).padStart(8, '0')
    const user = number >> 1
    const [a, b, c] = [spread(number, 2654435761), spread(number, 2246822519), spread(number, 3266489917)]
    const cells = [
      `ep-${id}`,
      number % 50 === 0 ? 'SMS' : 'EMAIL',
      `user${id}@example.com`,
      `user-${user}`,
      new Date(newest - Math.floor(a * 200 * day)).toISOString(),
      number % 50_000 === 7 ? 'platinum' : number % 20 === 0 ? 'pro' : 'free',
      `${cities[number % cities.length]}-${Math.floor(b * 200)}`,
      `order-${(number * 7919) % count}`,
      new Date(newest - Math.floor(b * 3000 * day)).toISOString(),
      new Date(Math.floor(spread(user, 668265263) * 14_000) * day).toISOString().slice(0, 10),
      (number % 1000) / 10,
      Math.floor(c * 20),
      number % 1000 === 3 ? 'IS' : countries[Math.floor(c * countries.length)],
      (a * 160 - 80).toFixed(1),
      (b * 360 - 180).toFixed(1),
      makes[number % makes.length],
      number % 3 === 0 ? 'ios' : 'android',
    ]
    yield `${cells.join(',')}\n`
  }
}
