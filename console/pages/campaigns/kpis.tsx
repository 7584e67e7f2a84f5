import type { Static } from '@sinclair/typebox'
import type { CampaignDateRangeKpiResponse } from '../../../server/model/kpi.ts'
import { get } from '../../api/calls.ts'
import { useLoaded } from '../../api/fetched.ts'
import { useReload } from '../../api/live.ts'
import type { CampaignEvent } from '../../api/types.ts'
import { count } from '../../format.ts'
import { Fact, Facts } from '../../parts/facts.tsx'
import { Section } from '../../parts/page.tsx'
import { Loaded } from '../../parts/states.tsx'

const kpis = [
  ['Unique deliveries', 'unique-deliveries'],
  ['Successful delivery rate', 'successful-delivery-rate'],
  ['E-mail open rate', 'email-open-rate'],
  ['Push open rate', 'push-open-rate'],
  ['Hard bounce rate', 'hard-bounce-rate'],
] as const

const percent = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 1 })

/** The KPIs of the last 31 days, as GetCampaignDateRangeKpi answers them. */
export function Kpis({ address, isMine }: { address: string; isMine: (event: CampaignEvent) => boolean }) {
  const values = useLoaded(`${address}#kpis`, signal =>
    Promise.all(
      kpis.map(async ([, name]) => {
        const { KpiResult } = await get<Static<typeof CampaignDateRangeKpiResponse>>(
          `${address}/kpis/daterange/${name}`,
          signal,
        )
        const value = KpiResult.Rows[0]?.Values[0]?.Value
        return value === undefined ? undefined : Number(value)
      }),
    ),
  )
  useReload(values.reload, ['campaign'], isMine)
  return (
    <Section title="KPIs of the last 31 days">
      <Loaded from={values}>
        {found => (
          <Facts>
            {kpis.map(([title, name], index) => {
              const value = found[index]
              return (
                <Fact key={name} name={title}>
                  {value === undefined ? '-' : name.endsWith('-rate') ? percent.format(value) : count(value)}
                </Fact>
              )
            })}
          </Facts>
        )}
      </Loaded>
    </Section>
  )
}
