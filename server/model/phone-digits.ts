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
