import type { FastifyReply, FastifyRequest } from 'fastify'
import { maxBodyBytes } from '../../model/quotas.ts'
import { isOriginOf, parseOrigin } from '../../process/web-origins.ts'
import { isOpenRoute } from '../control-path.ts'
import { PinpointException } from '../errors/exceptions.ts'
import { letBodyCome } from '../let-body-come.ts'
import { isSameSecret } from './secrets.ts'
import type { Sessions } from './sessions.ts'

/** The credentials that control calls need. With neither keys nor a token, they need none. */
export interface ControlCredentials {
  /** Secret access keys by key id. */
  accessKeys?: ReadonlyMap<string, string> | undefined
  /** The setting CONTROL_TOKEN. */
  controlToken?: string | undefined
  /** The token with which this process makes control calls itself. */
  ownToken: string
  sessions: Pick<Sessions, 'has'>
  now: () => Date
}

/**
 * Makes the authorization check of control calls, for programs and browsers alike. Without it,
 * whoever can reach the port could read and replace the state, although Pinpoint's own operations
 * require signatures.
 *
 * @returns a function that throws for a control call without a valid token, session or signature:
 *   UnauthorizedException if there is none, ForbiddenException or an exception about signatures if
 *   it is wrong
 */
export function createControlAuthorizer({
  accessKeys,
  controlToken,
  ownToken,
  sessions,
  now,
}: ControlCredentials): (request: FastifyRequest, reply: FastifyReply) => Promise<void> {
  if (accessKeys === undefined && controlToken === undefined) return async () => {}
  const tokens = controlToken === undefined ? [ownToken] : [ownToken, controlToken]
  const needed = whatIsNeeded(accessKeys !== undefined, controlToken !== undefined)

  const forbidden = (what: string) => new PinpointException('ForbiddenException', `${what}. ${needed}`)

  return async (request, reply) => {
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
    // The header is not quoted: it may be the token, with `Bearer` forgotten.
    if (accessKeys === undefined) throw forbidden('The request has no Bearer token, and no keys are set')
    // The signature is that of the body, too.
    letBodyCome(request, reply)
    await checkSigned(request, accessKeys, now(), needed)
    // These parameters belong to the signature, not to the call.
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
 * Whether the request comes from a page of the emulator itself, or from the address bar. SameSite
 * cookies cannot tell, as all ports of a host are the same site. Browsers send no Origin with most
 * GETs, and no Sec-Fetch-Site to a host with neither TLS nor a loopback address; they then send
 * Referer.
 */
function isOfOwnPage({ headers }: FastifyRequest): boolean {
  const { origin, host, referer } = headers
  const site = headers['sec-fetch-site']
  if (origin === undefined && site !== undefined) return site === 'same-origin' || site === 'none'
  const page = origin === undefined ? URL.parse(referer ?? '') : parseOrigin(origin)
  return page != null && isOriginOf(page, host)
}

/**
 * Reads the body and checks the signature. Its errors also say which other credentials would do.
 */
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
