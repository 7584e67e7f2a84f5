/** The local part of an e-mail address that has no name before it, with a space in it. */
const spacedLocalPart = /^[^\s"<>@]+( [^\s"<>@]*)+(?=@)/

/**
 * Reads an address in a query, or the id of an endpoint or user, which is often one: a `+` that is not
 * escaped is a space there, before a phone number, or in the local part of an e-mail address.
 */
export const readAddress = <Text extends string | undefined>(text: Text): Text =>
  text?.replace(/^ /, '+').replace(spacedLocalPart, part => part.replaceAll(' ', '+')) as Text
