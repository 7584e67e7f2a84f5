import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { type TSchema, Type } from '@sinclair/typebox'
import { notFound } from '../../http/errors/exceptions.ts'
import { paramsInApplication } from '../../model/common.ts'
import {
  ApplicationDateRangeKpiResponse,
  CampaignDateRangeKpiResponse,
  JourneyDateRangeKpiResponse,
} from '../../model/kpi.ts'
import type { AppRef } from '../../store/applications/applications.ts'
import type { Store } from '../../store/open-store.ts'
import { findApp } from '../find.ts'
import { computeKpi } from './compute-kpi.ts'
import { readDateRange } from './date-range.ts'
import { type KpiOwner, kpisOf } from './kpi-names.ts'

const kpiName = 'Name of the KPI, such as unique-deliveries'
const optionalString = (description: string) => Type.Optional(Type.String({ description }))

/** `page-size` and `next-token` are the model's; the guide says that they are not supported. */
const KpiQuery = Type.Object({
  'end-time': optionalString('The last day, ISO 8601; by default today'),
  'next-token': optionalString('Has no effect: all rows are on one page'),
  'page-size': optionalString('Has no effect'),
  'start-time': optionalString('The first day; by default 30 days before the last'),
})

/** What differs between the three calls. */
interface KpiCall {
  operation: string
  owner: KpiOwner
  path: string
  ids: Record<string, string>
  Response: TSchema
}

const calls: KpiCall[] = [
  {
    operation: 'GetApplicationDateRangeKpi',
    owner: 'application',
    path: '',
    ids: {},
    Response: ApplicationDateRangeKpiResponse,
  },
  {
    operation: 'GetCampaignDateRangeKpi',
    owner: 'campaign',
    path: 'campaigns/:campaignId/',
    ids: { campaignId: 'Id of the campaign' },
    Response: CampaignDateRangeKpiResponse,
  },
  {
    operation: 'GetJourneyDateRangeKpi',
    owner: 'journey',
    path: 'journeys/:journeyId/',
    ids: { journeyId: 'Id of the journey' },
    Response: JourneyDateRangeKpiResponse,
  },
]

/** The parameters of all three. */
interface KpiParams {
  applicationId: string
  kpiName: string
  campaignId?: string
  journeyId?: string
}

/**
 * Answers KPIs of an application, a campaign or a journey over some days. They are counted as events
 * are written, so they do not depend on how many are kept. KPIs of deleted campaigns and journeys stay
 * (assumed).
 *
 * @see https://docs.aws.amazon.com/pinpoint/latest/apireference/apps-application-id-kpis-daterange-kpi-name.html
 */
export const kpis: FastifyPluginAsyncTypebox = async app => {
  const { store } = app
  for (const { operation, owner, path, ids, Response } of calls) {
    app.get(
      `/v1/apps/:applicationId/${path}kpis/daterange/:kpiName`,
      {
        config: { operation },
        schema: {
          params: paramsInApplication({ ...ids, kpiName }),
          querystring: KpiQuery,
          response: { 200: Response },
        },
      },
      async ({ params, query }) => {
        const { applicationId, kpiName: name, campaignId, journeyId } = params as KpiParams
        const found = findApp(store, applicationId)
        const of = findOwner(store, found, campaignId, journeyId)
        const kpi = kpisOf[owner].get(name)
        if (kpi === undefined) {
          const names = [...kpisOf[owner].keys()].join(', ')
          throw notFound(`KPI not found: ${name}; those of this call are ${names}`)
        }
        const range = readDateRange(query, app.now())
        const asked = { name, kpi, ...(of !== undefined && { owner: of }) }
        return {
          ApplicationId: applicationId,
          ...(campaignId !== undefined && { CampaignId: campaignId }),
          ...(journeyId !== undefined && { JourneyId: journeyId }),
          StartTime: `${range.from}T00:00:00Z`,
          EndTime: `${range.to}T00:00:00Z`,
          KpiName: name,
          KpiResult: { Rows: store.read(() => computeKpi(store, found, asked, range)) },
        }
      },
    )
  }
}

/** @throws NotFoundException */
function findOwner(
  store: Store,
  app: AppRef,
  campaign: string | undefined,
  journey: string | undefined,
): { campaign: string } | { journey: string } | undefined {
  const owner = campaign !== undefined ? { campaign } : journey !== undefined ? { journey } : undefined
  if (owner === undefined || store.eventCounts.isKnown(app, owner)) return owner
  throw notFound(campaign === undefined ? `Journey not found: ${journey}` : `Campaign not found: ${campaign}`)
}
