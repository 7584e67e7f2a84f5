/** Whether a text matches a pattern in which `*` stands for any text, also none. Case matters. */
export function matchesWildcard(pattern: string, text: string): boolean {
  const [first, ...parts] = pattern.split('*')
  const last = parts.pop()
  if (last === undefined) return text === first
  if (!text.startsWith(first!)) return false
  let at = first!.length
  for (const part of parts) {
    const found = text.indexOf(part, at)
    if (found === -1) return false
    at = found + part.length
  }
  return at + last.length <= text.length && text.endsWith(last)
}
