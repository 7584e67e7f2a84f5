import type { Database } from 'better-sqlite3'
import type { PhoneNumberFacts } from '../../model/phone-number.ts'

/** What users say of phone numbers. Numbers are as `phoneDigits` makes them. */
export function createPhoneNumbers(db: Database) {
  const get = db.prepare<[string], string>('SELECT facts FROM phone_numbers WHERE number = ?').pluck()
  const list = db.prepare<[string, number], { number: string; facts: string }>(
    'SELECT number, facts FROM phone_numbers WHERE number > ? ORDER BY number LIMIT ?',
  )
  const put = db.prepare('INSERT OR REPLACE INTO phone_numbers (number, facts) VALUES (?, ?)')
  const remove = db.prepare('DELETE FROM phone_numbers WHERE number = ?')

  return {
    get(number: string): PhoneNumberFacts | undefined {
      const text = get.get(number)
      return text === undefined ? undefined : JSON.parse(text)
    },

    /** The first numbers behind a given one, in the order of their digits. */
    list: (after: string, limit: number): ({ number: string } & PhoneNumberFacts)[] =>
      list.all(after, limit).map(({ number, facts }) => ({ number, ...JSON.parse(facts) })),

    /** Replaces all that was said of the number. */
    put: (number: string, facts: PhoneNumberFacts): void => void put.run(number, JSON.stringify(facts)),

    /** Returns whether something was said of it. */
    delete: (number: string): boolean => remove.run(number).changes > 0,
  }
}
