import { type Static, Type } from '@sinclair/typebox'

export const ResultRowValue = Type.Object({ Key: Type.String(), Type: Type.String(), Value: Type.String() })
export type ResultRowValue = Static<typeof ResultRowValue>

export const ResultRow = Type.Object({
  GroupedBys: Type.Array(ResultRowValue),
  Values: Type.Array(ResultRowValue),
})
export type ResultRow = Static<typeof ResultRow>

export const BaseKpiResult = Type.Object({ Rows: Type.Array(ResultRow) })

const members = {
  ApplicationId: Type.String(),
  EndTime: Type.String(),
  KpiName: Type.String(),
  KpiResult: BaseKpiResult,
  NextToken: Type.Optional(Type.String()),
  StartTime: Type.String(),
}

export const ApplicationDateRangeKpiResponse = Type.Object({ ...members })
export const CampaignDateRangeKpiResponse = Type.Object({ ...members, CampaignId: Type.String() })
export const JourneyDateRangeKpiResponse = Type.Object({ ...members, JourneyId: Type.String() })
