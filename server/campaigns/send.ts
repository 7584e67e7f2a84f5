import { planInWorker, renderMessages, type SendingContext } from '../audience/sending.ts'
import { deliverCustom, planCustom } from '../delivery/custom-channel.ts'
import { endpointRecipient, type Recipient } from '../delivery/deliver.ts'
import type { EndpointResponse } from '../model/endpoint.ts'
import type { DueActivity } from '../store/campaigns/activities.ts'
import type { Batch, Candidate } from './batch.ts'
import { callFilterHook } from './filter-hook.ts'
import { isCustom, type Run } from './open-run.ts'
import type { Results } from './results.ts'
import type { Selection } from './select.ts'

/**
 * Makes the messages of a batch: asks the hook, calls the custom channel, renders. What becomes of the
 * selected candidates is added to the results.
 *
 * @param isLong whether it renders all, however long that takes
 * @returns how many candidates it has come to: those that are not rendered in time are left to the
 *   next step, and all after them, as they follow in order
 */
export async function sendBatch(
  context: SendingContext,
  activity: DueActivity,
  run: Run,
  { candidates }: Batch,
  { open, results }: Selection,
  isLong: boolean,
  now: Date,
): Promise<number> {
  const filtered = await filter(context, activity, run, open, results)
  const custom = filtered.filter(
    candidate =>
      candidate.problem === undefined &&
      isCustom(run.treatment, filteredEndpoint(candidate).ChannelType ?? ''),
  )
  await sendCustom(context, activity, run, custom, results, now)
  const rendered = filtered.filter(candidate => !custom.includes(candidate))
  const late = await render(context, run, rendered, results, isLong, now)
  return late === undefined ? candidates.length : candidates.indexOf(late)
}

/** Asks the campaign's hook, if it has one, who is to get the message. */
async function filter(
  { hooks }: SendingContext,
  activity: DueActivity,
  { hook, sending }: Run,
  candidates: Candidate[],
  results: Results,
): Promise<Candidate[]> {
  if (hook === undefined || candidates.length === 0) return candidates
  const about = { ApplicationId: activity.app.id, ...aboutRun(activity) }
  const outcome = await callFilterHook(hooks, hook, about, sending.configuration, candidates)
  if ('failed' in outcome) {
    for (const candidate of candidates) results.set(candidate, { why: 'HOOK_FAILURE', isTargeted: true })
    return []
  }
  if ('notAllowed' in outcome) {
    return candidates.map(candidate => Object.assign(candidate, { problem: outcome.notAllowed }))
  }
  return candidates.flatMap(candidate => {
    const overrides = outcome.answer.get(candidate.id)
    if (overrides !== undefined) return Object.assign(candidate, { overrides })
    results.set(candidate, { why: 'HOOK_FILTERED', isTargeted: true })
    return []
  })
}

/** Calls the campaign's custom channel for the candidates that get their message through it. */
async function sendCustom(
  { store, hooks }: SendingContext,
  activity: DueActivity,
  { treatment, sending: { app, origin } }: Run,
  candidates: readonly Candidate[],
  results: Results,
  now: Date,
): Promise<void> {
  if (candidates.length === 0) return
  const recipients = candidates.map(candidate => ({
    id: candidate.id,
    endpoint: filteredEndpoint(candidate),
  }))
  const { records } = await deliverCustom(
    hooks,
    {
      app,
      origin,
      target: treatment.custom!.DeliveryUri,
      data: treatment.message.CustomMessage?.Data ?? '',
      payload: aboutRun(activity),
    },
    planInWorker(store, () => planCustom(store, app, recipients)),
    now,
  )
  for (const [index, candidate] of candidates.entries()) {
    results.set(candidate, { message: records[index]!, isTargeted: true, wasCalled: true })
  }
}

/** Renders messages until it has taken long enough. Returns the first that is not rendered. */
async function render(
  context: SendingContext,
  { sending }: Run,
  candidates: readonly Candidate[],
  results: Results,
  isLong: boolean,
  now: Date,
): Promise<Candidate | undefined> {
  if (candidates.length === 0) return undefined
  const delivered = await renderMessages(context, sending, candidates.map(recipientOf), isLong, now)
  for (const [index, { record }] of delivered.entries()) {
    results.set(candidates[index]!, { message: record, isTargeted: true })
  }
  return candidates[delivered.length]
}

/** The endpoint of a candidate, with what a hook has changed of it. */
function filteredEndpoint({ id, endpoint, overrides }: Candidate): EndpointResponse {
  if (overrides === undefined) return endpoint
  const { TitleOverride: _title, BodyOverride: _body, ...changes } = overrides
  return { ...endpoint, ...changes, Id: id }
}

/** A candidate as the recipient of a message. */
function recipientOf(candidate: Candidate): Recipient {
  const { overrides: { TitleOverride, BodyOverride } = {}, problem } = candidate
  const changed = filteredEndpoint(candidate)
  // Titles and bodies of e-mails cannot be changed in this way (source: guide).
  const isEmail = changed.ChannelType === 'EMAIL'
  return {
    ...endpointRecipient(changed),
    ...(problem !== undefined && { problem }),
    ...(TitleOverride && !isEmail && { TitleOverride }),
    ...(BodyOverride && !isEmail && { BodyOverride }),
  }
}

/** What the payloads of hooks and custom channels say of a run (source: guide). */
const aboutRun = ({ campaignId, treatment, id, scheduled_start }: DueActivity): Record<string, string> => ({
  CampaignId: campaignId,
  TreatmentId: String(treatment),
  ActivityId: id,
  ScheduledTime: new Date(scheduled_start).toISOString(),
})
