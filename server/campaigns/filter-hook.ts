import { callHook, type HookOutcome, type HookSettings, readEndpointMap } from '../delivery/call-hook.ts'
import { type CustomRecipient, endpointsIn } from '../delivery/custom-channel.ts'
import { EndpointResponse } from '../model/endpoint.ts'
import type { DirectMessageConfiguration } from '../model/message.ts'
import type { CampaignBody } from '../store/campaigns/campaigns.ts'
import { checkOf } from '../validation/check.ts'

/** An endpoint as a hook gives it back: it may say what this message says to it (source: guide). */
export type FilteredEndpoint = EndpointResponse & { TitleOverride?: string; BodyOverride?: string }

/**
 * The URL or Lambda function that is called before messages are sent, if there is one. A hook of the
 * campaign replaces the application's as a whole; an empty one does not (assumed). Mode DELIVERY does
 * not work any more (source: guide): such a hook is not called.
 */
export function hookTarget({ Hook: own = {}, inherited }: CampaignBody): string | undefined {
  const { LambdaFunctionName, Mode = 'FILTER', WebUrl } = Object.keys(own).length > 0 ? own : inherited.Hook
  return Mode === 'FILTER' ? WebUrl || LambdaFunctionName || undefined : undefined
}

/**
 * Calls a hook for as many endpoints as one call may have. It answers with those that are to get the
 * message, changed as it likes for this message alone; the others do not get it.
 *
 * @param about the campaign, the treatment and the run, as the payload says it
 */
export const callFilterHook = (
  settings: HookSettings,
  target: string,
  about: Record<string, string>,
  message: DirectMessageConfiguration,
  recipients: readonly CustomRecipient[],
): Promise<HookOutcome<Map<string, FilteredEndpoint>>> =>
  callHook(
    settings,
    target,
    { MessageConfiguration: message, ...about, Endpoints: endpointsIn(recipients) },
    readEndpoints,
  )

const check = checkOf(EndpointResponse)

/** @throws a sentence if the answer is not a map like Endpoints */
function readEndpoints(text: string): Map<string, FilteredEndpoint> {
  const answer = readEndpointMap(text)
  for (const [id, endpoint] of Object.entries(answer)) {
    const problem = check(endpoint) ?? overrideProblem(Object(endpoint))
    if (problem !== undefined) throw new Error(`its answer has no endpoint under ${id}: ${problem}`)
  }
  return new Map(Object.entries(answer as Record<string, FilteredEndpoint>))
}

function overrideProblem(endpoint: Record<string, unknown>): string | undefined {
  const wrong = ['TitleOverride', 'BodyOverride'].find(
    name => endpoint[name] !== undefined && typeof endpoint[name] !== 'string',
  )
  return wrong && `${wrong} must be a string`
}
