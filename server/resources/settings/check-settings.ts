import { isWebTarget } from '../../delivery/call-hook.ts'
import type { CampaignHook } from '../../model/application-settings.ts'
import { describe } from '../../validation/explain.ts'

/**
 * Checks limits. 0 means no limit (source: API reference for journeys; assumed for campaigns, as
 * Terraform's provider sends 0 for each limit that is not set).
 *
 * @returns a sentence on the first violation
 */
export function checkBounds<Name extends string>(
  member: string,
  limits: { [name in Name]?: number },
  bounds: Readonly<Record<Name, readonly [min: number, max: number]>>,
): string | undefined {
  for (const name in bounds) {
    const [min, max] = bounds[name]
    const value = limits[name] ?? 0
    if (value === 0 || (value >= min && value <= max)) continue
    return `${member}.${name} must be from ${min} to ${max}, or 0 for no limit; got ${value}`
  }
  return undefined
}

/**
 * Checks a hook of campaigns: it calls a Lambda function or a URL (assumed).
 *
 * @returns a sentence on the violation
 */
export function checkHook(member: string, { LambdaFunctionName, WebUrl }: CampaignHook): string | undefined {
  if (LambdaFunctionName && WebUrl) return `${member} must have LambdaFunctionName or WebUrl, not both`
  if (!WebUrl || (isWebTarget(WebUrl) && URL.canParse(WebUrl))) return undefined
  return `${member}.WebUrl must be a URL that begins with https:// or http://; got ${describe(WebUrl)}`
}

/** Whether a text is a time of day: HH:MM (source: API reference). */
export const isTimeOfDay = (text: string | undefined): text is string =>
  /^([01]\d|2[0-3]):[0-5]\d$/.test(text ?? '')

/**
 * Checks a time: HH:MM (source: API reference), or empty, as Terraform's provider sends a time that
 * is not set (assumed).
 *
 * @returns a sentence on the violation
 */
export function checkTime(member: string, time = ''): string | undefined {
  if (time === '' || isTimeOfDay(time)) return undefined
  return `${member} must be a time from 00:00 to 23:59 in the form HH:MM; got ${JSON.stringify(time)}`
}
