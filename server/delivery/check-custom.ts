import { customDataBytes } from '../model/quotas.ts'
import { isLoopback } from '../process/web-origins.ts'
import { describe } from '../validation/explain.ts'
import { isWebTarget } from './call-hook.ts'

/** The name of a Lambda function or its ARN, each with or without a version or an alias. */
const lambdaFunction = /^(arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:)?[\w-]{1,64}(:[\w$-]{1,128})?$/

/** The characters that the URL of a web hook may have (source: guide). */
const safeCharacters = /^[A-Za-z0-9\-._~?/#:]+$/

/**
 * Checks the DeliveryUri of a campaign or a journey: what is called to deliver a message by a custom
 * channel. It is a Lambda function, or the URL of a web hook, which begins with https:// (source:
 * guide); on loopback, http:// will do (assumed).
 *
 * @returns a sentence on the violation
 */
export function deliveryUriProblem(member: string, uri = ''): string | undefined {
  if (lambdaFunction.test(uri)) return undefined
  const url = isWebTarget(uri) ? URL.parse(uri) : null
  if (url !== null && safeCharacters.test(uri) && (url.protocol === 'https:' || isLoopback(url))) {
    return undefined
  }
  return `${member} must be the name or ARN of a Lambda function, or a URL that begins with https:// (http:// on loopback) and has only letters, digits and - . _ ~ ? / # :; got ${describe(uri)}`
}

/**
 * Checks the Data of a custom message.
 *
 * @returns a sentence on the violation
 */
export function customDataProblem(member: string, data = ''): string | undefined {
  const bytes = Buffer.byteLength(data)
  if (bytes <= customDataBytes) return undefined
  return `${member} must have at most ${customDataBytes} bytes; got ${bytes}`
}
