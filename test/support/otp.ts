import type { Test } from 'tap'
import { Clock, stateAt } from '../../server/clock/clock.ts'
import { buildTestApp } from './helpers.ts'

/** When the clock of `createOtpApp` stands still. */
export const start = Date.parse('2027-03-01T09:00:00.000Z')

/** What a call that sends a one-time password asks for, where the test asks for nothing else. */
export const otpRequest = {
  Channel: 'SMS',
  BrandName: 'Shop & Co {{x}}',
  ReferenceId: 'reset-1',
  DestinationIdentity: '+12065550142',
  OriginationIdentity: '+18555550100',
}

/** An application whose SMS channel is on, and a clock that stands still until it is set. */
export async function createOtpApp(t: Test, config: { otpCode?: string } = {}) {
  const clock = new Clock()
  const setClock = (time: number) => clock.set(stateAt('frozen', time))
  setClock(start)
  const { call, store, createApp } = buildTestApp(t, {
    clock,
    config: { region: 'us-east-1', accountId: '123456789012', quotas: false, ...config },
  })
  const { Id: app } = await createApp()
  await call('PUT', `/v1/apps/${app}/channels/sms`, { Enabled: true })
  return {
    app,
    call,
    store,
    createApp,
    setClock,
    send: (request: object = {}) => call('POST', `/v1/apps/${app}/otp`, { ...otpRequest, ...request }),
    async verify(Otp: string, request: object = {}): Promise<boolean> {
      const { ReferenceId, DestinationIdentity } = otpRequest
      const body = { ReferenceId, DestinationIdentity, Otp, ...request }
      const answer = await call('POST', `/v1/apps/${app}/verify-otp`, body)
      t.equal(answer.status, 200)
      return answer.body.Valid
    },
    /** The one-time passwords as they are listed. */
    list: async (query = '') => (await call('GET', `/_pinpoint/otp${query}`)).body.items,
    /** The records of the outbox, newest first. */
    messages: () => store.messages.step({}, { limit: 100, before: 1e9, after: 0 }).found,
  }
}
