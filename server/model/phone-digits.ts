/** A digit of whichever script. */
export const anyDigit = /\p{Nd}/u

/**
 * The form in which phone numbers are compared: `+` and digits. Callers write them with spaces,
 * brackets and hyphens, too.
 *
 * @returns undefined for a text without digits
 */
export function phoneDigits(text: string): string | undefined {
  const digits = text.replace(/\D/g, '')
  return digits === '' ? undefined : `+${digits}`
}

/**
 * Whether a text can be a phone number: up to 15 digits (E.164), and the marks that
 * people write between them.
 */
export function isPhoneNumber(text: string): boolean {
  const { length = 0 } = phoneDigits(text) ?? ''
  return length > 2 && length <= 1 + 15 && /^[+\d\s()./-]+$/.test(text)
}
