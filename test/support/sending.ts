import type { Test } from 'tap'
import { buildTestApp } from './helpers.ts'

/** All channels that messages can be sent by, with what their updates must have. */
export const channelSettings = {
  EMAIL: {
    FromAddress: 'shop@example.com',
    Identity: 'arn:aws:ses:us-east-1:123456789012:identity/example.com',
  },
  SMS: {},
  VOICE: {},
  GCM: { ApiKey: 'key' },
  APNS: { Certificate: 'certificate', PrivateKey: 'key' },
  ADM: { ClientId: 'id', ClientSecret: 'secret' },
  BAIDU: { ApiKey: 'key', SecretKey: 'secret' },
} as const

/** The forms of MessageIds. */
export const smsId = /^[0-9a-v]{40}$/
export const emailId = /^01[0-9a-f]{14}-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}-000000$/

/** The result of a message that was not sent. */
export const failure = (StatusMessage: string, DeliveryStatus = 'PERMANENT_FAILURE', StatusCode = 400) => ({
  DeliveryStatus,
  StatusCode,
  StatusMessage,
})

type Given = Parameters<typeof buildTestApp>[1]

/** An application that can send by all channels, on a database of its own. */
export async function withSending(t: Test, given: Given = {}) {
  const built = buildTestApp(t, given)
  const { call, createApp, app: server } = built
  const { Id: app } = await createApp()
  const put = async (path: string, body: object) => {
    const { status, body: answer } = await call('PUT', `/v1/apps/${app}/${path}`, body)
    if (status >= 300) throw new Error(answer.Message)
  }
  for (const [platform, settings] of Object.entries(channelSettings)) {
    await put(`channels/${platform.toLowerCase()}`, settings)
  }
  return {
    ...built,
    server,
    app,
    put,
    /** Makes an endpoint. */
    endpoint: (id: string, body: object) => put(`endpoints/${id}`, body),
    /** Makes a template, version 1. */
    async template(name: string, path: string, body: object) {
      const { status, body: answer } = await call('POST', `/v1/templates/${name}/${path}`, body)
      if (status !== 201) throw new Error(answer.Message)
    },
    send: (body: object) => call('POST', `/v1/apps/${app}/messages`, body),
    sendUsers: (body: object) => call('POST', `/v1/apps/${app}/users-messages`, body),
    /** The records of the outbox that match, newest first. */
    async outbox(filters: Record<string, string> = {}) {
      const { status, body } = await call('GET', `/_pinpoint/messages?${new URLSearchParams(filters)}`)
      if (status !== 200) throw new Error(body.Message)
      return body.items
    },
  }
}
