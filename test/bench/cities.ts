import { chance, pick, pickByShare } from './chance.ts'

export interface City {
  name: string
  country: string
  /** Degrees, with four decimals. */
  latitude: string
  longitude: string
  timezone: string
  /** The calling code, as in +44. */
  callingCode: string
}

const count = 5000

/** The share of cities, a point inside, and what else people there have in common. */
const countries: [country: [string, number, number, string, string], share: number][] = [
  [['US', 39, -98, 'America/Chicago', '1'], 0.3],
  [['GB', 52.5, -1.5, 'Europe/London', '44'], 0.13],
  [['DE', 51, 10, 'Europe/Berlin', '49'], 0.1],
  [['FR', 47, 2.5, 'Europe/Paris', '33'], 0.08],
  [['BR', -15, -50, 'America/Sao_Paulo', '55'], 0.07],
  [['IN', 22, 79, 'Asia/Kolkata', '91'], 0.07],
  [['ES', 40, -4, 'Europe/Madrid', '34'], 0.05],
  [['JP', 36, 138, 'Asia/Tokyo', '81'], 0.05],
  [['PL', 52, 19, 'Europe/Warsaw', '48'], 0.04],
  [['MX', 23, -102, 'America/Mexico_City', '52'], 0.04],
  [['ZA', -30, 25, 'Africa/Johannesburg', '27'], 0.03],
  [['AU', -33, 148, 'Australia/Sydney', '61'], 0.03],
  [['IS', 65, -19, 'Atlantic/Reykjavik', '354'], 0.01],
]

const beginnings =
  'Aber Bad Bel Black Bran Cas Char Dor Düssel East Fal Glen Gro Hal Hamp Kal Kirk Łód Lan Mar Mon New Nord Ober Pal Port Rio Ros São Saint San Stan Tor Val Vil West Win Yor Zel'.split(
    ' ',
  )
const middles = 'a bor den e field ing ka len mar ne o ra ri sa ta ten u ver wen y'.split(' ')
const endings =
  'berg bury by chester dale dorf ford gate grad ham haven mouth pool ston ton ville wick'.split(' ')

/**
 * Some thousand made-up cities in real countries; some of their names need quotes in a CSV, some are not
 * ASCII.
 */
const cities: readonly City[] = Array.from({ length: count }, (_, number) => {
  const [country, latitude, longitude, timezone, callingCode] = pickByShare(countries, chance(number, 100))
  const name =
    pick(beginnings, chance(number, 101)) +
    pick(middles, chance(number, 102)) +
    pick(endings, chance(number, 103))
  const near = (degrees: number, purpose: number) => (degrees + 6 * chance(number, purpose) - 3).toFixed(4)
  return {
    name: chance(number, 104) < 0.03 ? `${name}, ${country}` : name,
    country,
    latitude: near(latitude, 105),
    longitude: near(longitude, 106),
    timezone,
    callingCode,
  }
})

/** A city, the first of them far more likely than the last, as real ones are larger and smaller. */
export const cityBy = (by: number): City => pick(cities, by * by)
