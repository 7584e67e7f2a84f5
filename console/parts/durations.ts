const units = ['year', 'month', 'week', 'day', 'hour', 'minute', 'second']

/** An ISO 8601 duration in words: `P1DT12H` is `1 day 12 hours`. Any other text stays as it is. */
export function durationWords(text: string): string {
  const parts =
    /^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?)?$/.exec(text)
  if (parts === null) return text
  const words = units.flatMap((unit, index) => {
    const value = parts[index + 1]
    return value === undefined || Number(value) === 0
      ? []
      : [`${value} ${unit}${Number(value) === 1 ? '' : 's'}`]
  })
  return words.join(' ') || 'no time'
}
