/** A text with its control characters escaped: one from a file may move a terminal's cursor. */
export const plain = (text: string): string =>
  text.replace(/\p{Cc}/gu, char => JSON.stringify(char).slice(1, -1))
