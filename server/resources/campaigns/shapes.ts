import { paramsInApplication } from '../../model/common.ts'

export const CampaignParams = paramsInApplication({ campaignId: 'Id of the campaign' })

export const CampaignVersionParams = paramsInApplication({
  campaignId: 'Id of the campaign',
  version: 'Number of the version',
})
