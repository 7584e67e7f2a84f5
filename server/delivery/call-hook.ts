import { isObject } from '../model/is-object.ts'
import { hookLimits } from '../model/quotas.ts'
import { withoutFinalDot } from '../process/host-names.ts'
import { isLoopback } from '../process/web-origins.ts'

/** Where hooks may be called. */
export interface HookSettings {
  /** Hosts that may be called beside loopback ones, in lower case; `*` for any. */
  hookHosts: ReadonlySet<string> | undefined
  /** The base URL of a Lambda API; undefined where functions are not called. */
  lambdaEndpoint: string | undefined
  /** Milliseconds that one attempt may take. */
  timeout?: number
  /** Attempts of a call before it has failed. */
  attempts?: number
  /** Aborts calls, which then throw. */
  signal?: AbortSignal
}

/**
 * What has come of a call: what it has answered; why it was not made, which names the setting that
 * would allow it; or why its last attempt has failed.
 */
export type HookOutcome<Answer> = { answer: Answer } | { notAllowed: string } | { failed: string }

/**
 * Calls a web hook, or a Lambda function, with a JSON body. It is called again until it answers with
 * a status of 200 to 299 and what `read` accepts, or has had all its attempts. No redirect is followed,
 * as it could lead to a host that may not be called.
 *
 * @param target a URL, or the name or ARN of a Lambda function
 * @param read makes the result of the answer's text; throws a sentence if it is not as it must be
 * @throws the reason of the settings' signal, and nothing else
 */
export async function callHook<Answer>(
  settings: HookSettings,
  target: string,
  payload: object,
  read: (text: string) => Answer,
): Promise<HookOutcome<Answer>> {
  const place = placeOf(settings, target)
  if (typeof place === 'string') return { notAllowed: place }
  const { attempts = hookLimits.attempts } = settings
  const body = JSON.stringify(payload)
  let failed = ''
  for (let attempt = 1; attempt <= attempts; attempt++) {
    try {
      return { answer: read(await attemptCall(place, body, settings)) }
    } catch (error) {
      settings.signal?.throwIfAborted()
      failed = `${target}: ${reasonOf(error as Error)}`
    }
  }
  return { failed: attempts === 1 ? failed : `${failed} (${attempts} attempts)` }
}

/**
 * Reads an answer that is a map by the ids of endpoints.
 *
 * @throws a sentence if it is not
 */
export function readEndpointMap(text: string): Record<string, unknown> {
  let answer: unknown
  try {
    answer = JSON.parse(text)
  } catch {
    throw new Error('its answer is not JSON')
  }
  if (isObject(answer)) return answer
  throw new Error('its answer is not an object of endpoints by their ids')
}

/**
 * Calls a web hook with HEAD, as Pinpoint does when a campaign or journey with it is created: the
 * answer must have the account's id in X-Amz-Pinpoint-AccountId (source: guide).
 *
 * @returns a sentence on what is wrong
 * @throws the reason of the settings' signal, and nothing else
 */
export async function webhookProblem(
  settings: HookSettings,
  url: string,
  account: string,
): Promise<string | undefined> {
  const place = placeOf(settings, url)
  if (typeof place === 'string') return place
  try {
    const { headers } = await fetch(place, { method: 'HEAD', redirect: 'manual', signal: signalOf(settings) })
    if (headers.get('x-amz-pinpoint-accountid') === account) return undefined
    return `${url} must answer HEAD with the header X-Amz-Pinpoint-AccountId: ${account}`
  } catch (error) {
    settings.signal?.throwIfAborted()
    return `${url} must answer HEAD: ${reasonOf(error as Error)}`
  }
}

/** Aborts one attempt. */
function signalOf({ timeout = hookLimits.timeout, signal }: HookSettings): AbortSignal {
  const inTime = AbortSignal.timeout(timeout)
  return signal === undefined ? inTime : AbortSignal.any([inTime, signal])
}

/** Whether a target is a URL; else it is the name or ARN of a Lambda function. */
export const isWebTarget = (target: string): boolean => /^https?:\/\//i.test(target)

/** The URL to call, or why it may not be called. */
function placeOf({ hookHosts, lambdaEndpoint }: HookSettings, target: string): URL | string {
  if (!isWebTarget(target)) {
    if (lambdaEndpoint === undefined) {
      return `the Lambda function ${target} was not called: AWS_ENDPOINT_URL_LAMBDA says where functions are`
    }
    const path = `2015-03-31/functions/${encodeURIComponent(target)}/invocations`
    return new URL(path, lambdaEndpoint.replace(/\/*$/, '/'))
  }
  const url = URL.parse(target)
  if (url === null) return `${target} was not called: it is not a URL`
  const host = withoutFinalDot(url.hostname)
  if (isLoopback(url) || hookHosts?.has('*') || hookHosts?.has(host)) return url
  return `${target} was not called: HOOK_HOSTS does not have ${host}`
}

async function attemptCall(url: URL, body: string, settings: HookSettings): Promise<string> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
    redirect: 'manual',
    signal: signalOf(settings),
  })
  const text = await readText(response)
  if (!response.ok) throw new Error(`it answers with the status ${response.status}`)
  // Lambda answers 200 also when the function has failed.
  if (response.headers.has('x-amz-function-error'))
    throw new Error(`the function failed: ${text.slice(0, 200)}`)
  return text
}

async function readText({ body }: Response): Promise<string> {
  const { answerBytes } = hookLimits
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of body ?? []) {
    bytes += chunk.length
    if (bytes > answerBytes) throw new Error(`its answer has more than ${answerBytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

/** The reason of a failed fetch is in its cause. */
function reasonOf({ name, message, cause }: Error): string {
  if (name === 'TimeoutError') return 'it does not answer in time'
  return cause instanceof Error && cause.message !== '' ? cause.message : message
}
