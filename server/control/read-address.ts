/** The local part of an e-mail address that has no name before it, with a space in it. */
const spacedLocalPart = /^[^\s"<>@]+( [^\s"<>@]*)+(?=@)/

/**
 * Reads an address in a query, where a `+` that is not escaped is a space: before a phone number,
 * or in the local part of an e-mail address.
 */
export const readAddress = (text: string): string =>
  text.replace(/^ /, '+').replace(spacedLocalPart, part => part.replaceAll(' ', '+'))
