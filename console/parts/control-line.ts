import { token } from '../api/session.ts'

/**
 * A line for curl that calls the control API. Where a token is needed, it reads it from a shell
 * variable of the setting's name.
 *
 * @param options what follows `curl`, quoted for a shell
 */
export const controlLine = (options: string): string =>
  `curl ${token.value === undefined ? '' : '-H "Authorization: Bearer $CONTROL_TOKEN" '}${options}`
