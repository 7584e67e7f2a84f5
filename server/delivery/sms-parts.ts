/** The characters of GSM-7 (source: 3GPP TS 23.038), then those that count twice (source: guide). */
const basic = new Set(
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà',
)
const extended = new Set('\f^{}\\[~]|€')

/** What fits into the only message part, and into each of several. */
const sizes = { gsm: { single: 160, each: 153 }, ucs2: { single: 70, each: 67 } }

/**
 * How many messages a carrier counts for an SMS: 160 characters in GSM-7 are one, 70 in UCS-2, and
 * of several each has 7, or 3, fewer (source: guide). A character that takes two is never cut.
 */
export function smsParts(text: string): number {
  // Most are so short that the alphabet does not matter.
  if (text.length <= sizes.ucs2.single) return 1
  const characters = [...text]
  const isGsm = characters.every(character => basic.has(character) || extended.has(character))
  const { single, each } = isGsm ? sizes.gsm : sizes.ucs2
  const lengths = characters.map(character =>
    isGsm ? 1 + Number(extended.has(character)) : character.length,
  )
  if (lengths.reduce((sum, length) => sum + length, 0) <= single) return 1
  let parts = 1
  let used = 0
  for (const length of lengths) {
    if (used + length > each) {
      parts++
      used = 0
    }
    used += length
  }
  return parts
}
