/** The local part of an e-mail address that has no name before it, with a space in it. */
const spacedLocalPart = /^[^\s"<>@]+( [^\s"<>@]*)+(?=@)/

/**
 * Reads an address in a query, where a `+` that is not escaped is a space: before a phone number, or
 * in the local part of an e-mail address.
 */
export const readAddress = <Text extends string | undefined>(text: Text): Text =>
  text?.replace(/^ /, '+').replace(spacedLocalPart, part => part.replaceAll(' ', '+')) as Text

/** A phone number, and an e-mail address at a domain. */
const addressLike = /^ \d+$|^[^\s@]+( [^\s@]+)+@[^\s@]+\.[^\s@]+$/

/** The same of the id of an endpoint or a user, which often is an address. Any other may have spaces. */
export const readAddressId = <Text extends string | undefined>(text: Text): Text =>
  text !== undefined && addressLike.test(text) ? readAddress(text) : text
