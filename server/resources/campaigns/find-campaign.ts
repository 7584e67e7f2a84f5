import type { FastifyRequest } from 'fastify'
import { badRequest, orNotFound } from '../../http/errors/exceptions.ts'
import type { AppRef } from '../../store/applications/applications.ts'
import type { Campaign } from '../../store/campaigns/campaigns.ts'
import type { Store } from '../../store/open-store.ts'
import { findApp } from '../find.ts'

/**
 * Finds a campaign of an application, in its current version.
 *
 * @throws NotFoundException
 */
export const findCampaign = (store: Store, app: AppRef, id: string): Campaign =>
  orNotFound(store.campaigns.get(app, id), `Campaign not found: ${id}`)

/**
 * Finds a version of a campaign.
 *
 * @param version the text in a URL
 * @throws NotFoundException; BadRequestException for text that is no version number (assumed, as for
 *   segments)
 */
export function findCampaignVersion(store: Store, app: AppRef, id: string, version: string): Campaign {
  findCampaign(store, app, id)
  if (!/^[1-9]\d*$/.test(version)) {
    throw badRequest(`version must be a whole number from 1; got ${JSON.stringify(version)}`)
  }
  const found = store.campaigns.getVersion(app, id, Number(version))
  return orNotFound(found, `Campaign version not found: ${version}`)
}

/** A `preValidation` hook: an unknown application or campaign is a 404, whatever the body (assumed). */
export async function campaignFirst({ server, params }: FastifyRequest): Promise<void> {
  const { applicationId, campaignId } = params as { applicationId: string; campaignId: string }
  findCampaign(server.store, findApp(server.store, applicationId), campaignId)
}
