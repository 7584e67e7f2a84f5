import type { FastifyRequest } from 'fastify'
import { maxBodyBytes } from '../../model/quotas.ts'
import { isOriginOf, parseOrigin } from '../../process/web-origins.ts'
import { isOpenRoute } from '../control-path.ts'
import { PinpointException } from '../errors/exceptions.ts'
import { isSameSecret } from './secrets.ts'
import type { Sessions } from './sessions.ts'

/** What opens the control API. With neither keys nor a token it is open. */
export interface ControlCredentials {
  /** Secrets by the ids of their keys. */
  accessKeys?: ReadonlyMap<string, string> | undefined
  /** CONTROL_TOKEN. */
  controlToken?: string | undefined
  /** A token of this process, by which it makes control calls of its own. */
  ownToken: string
  sessions: Pick<Sessions, 'has'>
  now: () => Date
}

/**
 * Makes the check of who may make control calls. It is for programs as well as for browsers:
 * whoever can reach the port could else read and replace the state, past the signatures that
 * Pinpoint's own operations need.
 *
 * @returns what throws for a control call without a token, a session or a signature:
 *   UnauthorizedException where there is none, ForbiddenException and the exceptions of signatures
 *   where it is wrong
 */
export function createControlAuthorizer({
  accessKeys,
  controlToken,
  ownToken,
  sessions,
  now,
}: ControlCredentials): (request: FastifyRequest) => Promise<void> {
  if (accessKeys === undefined && controlToken === undefined) return async () => {}
  const tokens = controlToken === undefined ? [ownToken] : [ownToken, controlToken]
  const needed = whatIsNeeded(accessKeys !== undefined, controlToken !== undefined)

  const forbidden = (what: string) => new PinpointException('ForbiddenException', `${what}. ${needed}`)

  return async request => {
    const { api, method, headers, routeOptions } = request
    if (api !== 'control' || method === 'OPTIONS' || isOpenRoute(routeOptions.url)) return
    const hasSession = sessions.has(request)
    if (hasSession && isOfOwnPage(request)) return

    const { authorization } = headers
    const query = request.query as Record<string, unknown>
    if (authorization === undefined && query['X-Amz-Signature'] === undefined) {
      throw new PinpointException('UnauthorizedException', needed + (hasSession ? sessionHint : ''))
    }
    const token = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1]
    if (token !== undefined) {
      if (tokens.some(known => isSameSecret(known, token))) return
      throw forbidden(
        controlToken === undefined
          ? 'The Authorization header has a token, and none is set'
          : 'The Authorization header has a wrong token',
      )
    }
    // No word of the header is told: it may be the token, where `Bearer` was forgotten.
    if (accessKeys === undefined) throw forbidden('The request has no Bearer token, and no keys are set')
    await checkSigned(request, accessKeys, now(), needed)
    // They are the signature's, and no parameters of the call.
    for (const name of Object.keys(query)) if (name.startsWith('X-Amz-')) delete query[name]
  }
}

const signature = 'a Signature Version 4, for mobiletargeting, by one of ACCESS_KEYS'
const bearer = 'the header "Authorization: Bearer <token>"'

function whatIsNeeded(hasKeys: boolean, hasToken: boolean): string {
  if (!hasToken) return `Control calls need ${signature} here; with CONTROL_TOKEN set, ${bearer} will do`
  return `Control calls need ${bearer} here, with the token of CONTROL_TOKEN${hasKeys ? `, or ${signature}` : ''}`
}

const sessionHint =
  ". The session's cookie counts for requests of the emulator's own pages alone, as Origin, Sec-Fetch-Site or Referer tell"

/**
 * Whether a page of the emulator itself makes a request, or its user from the address bar. SameSite
 * does not tell, as all ports of a host are one site to it. Browsers leave Origin out of most GETs,
 * and Sec-Fetch-Site where a page has neither TLS nor a loopback address; Referer is there then.
 */
function isOfOwnPage({ headers }: FastifyRequest): boolean {
  const { origin, host, referer } = headers
  const site = headers['sec-fetch-site']
  if (origin === undefined && site !== undefined) return site === 'same-origin' || site === 'none'
  const page = origin === undefined ? URL.parse(referer ?? '') : parseOrigin(origin)
  return page != null && isOriginOf(page, host)
}

/** Checks a signature, for which the body is read; what is answered says what else would do. */
async function checkSigned(
  request: FastifyRequest,
  accessKeys: ReadonlyMap<string, string>,
  now: Date,
  needed: string,
): Promise<void> {
  const { checkSignature } = await import('../signatures/check-signature.ts')
  try {
    request.signedBody = await checkSignature(request.raw, accessKeys, now)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
      throw new PinpointException(
        'PayloadTooLargeException',
        `The body of a signed request must be at most ${maxBodyBytes} bytes (7 MB): for larger ones set CONTROL_TOKEN, and send ${bearer}`,
      )
    }
    if (!(error instanceof PinpointException) || error.statusCode !== 403) throw error
    throw new PinpointException(error.exception, `${error.message}\n${needed}`)
  }
}
