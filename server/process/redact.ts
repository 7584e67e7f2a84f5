/** What stands in the place of a secret. */
const redacted = '***'

/** A letter as it is, in either case, or percent-encoded. */
const encodable = (letter: string): string => {
  const codes = [letter.toLowerCase(), letter.toUpperCase()].map(one => one.charCodeAt(0).toString(16))
  return `(?:${letter}|%${codes[0]}|%${codes[1]})`
}

/** How query parameters end that hold a secret: a presigned URL can be called again with them. */
const parameters = ['Signature', 'Security-Token'].map(name => [...name].map(encodable).join(''))

/** How headers end whose whole value is secret. */
const headers = ['Cookie', 'Security-Token']

/** What leads to a secret, and the secret. */
const patterns = [
  new RegExp(String.raw`((?:${parameters.join('|')})(?:=|%3d))[^\s&"'\\]+`, 'gi'),
  new RegExp(String.raw`((?:${headers.join('|')})"?:\s*"?)[^\r\n"\\]+`, 'gi'),
  // Of Signature Version 4 the signature alone is secret, which the first pattern cuts out.
  // `Bearer <token>` is advice.
  /(Authorization"?:\s*"?(?!AWS4-|\w+ <)(?:[\w-]+\s+)?)[^\s"'\\]+/gi,
]

/**
 * Cuts out of a text whatever would let its reader call as somebody else: signatures and session tokens of
 * presigned URLs, tokens and passwords in `Authorization`, cookies. Access key ids stay.
 *
 * @param text a URL, header lines (`name: value`), a message or JSON that holds any of them
 */
export function redact(text: string): string {
  return patterns.reduce((result, pattern) => result.replace(pattern, `$1${redacted}`), text)
}
