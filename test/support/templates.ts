import type { Test } from 'tap'
import type { Dependencies } from '../../server/emulator/app.ts'
import { type Answer, buildTestApp } from './helpers.ts'

/** The types of templates, each with its path and a body that has all of its members. */
export const templateTypes = [
  {
    type: 'EMAIL',
    path: 'email',
    body: {
      Subject: 'Hi {{User.UserAttributes.FirstName}}',
      HtmlPart: '<p>{{S3URL}} "é" \u2028</p>',
      TextPart: 'plain\ttext\r\n',
      Headers: [
        { Name: 'List-Unsubscribe', Value: '<https://x.example/{{Address}}>' },
        { Name: 'A', Value: '1' },
        { Name: 'A', Value: '2' },
        {},
      ],
      DefaultSubstitutions: '{ "User.UserAttributes.FirstName" :"there"}',
      TemplateDescription: 'welcome',
    },
  },
  {
    type: 'PUSH',
    path: 'push',
    body: {
      Default: { Action: 'OPEN_APP', Body: 'b', Sound: 's', Title: 't', Url: 'u' },
      APNS: { Action: 'URL', Body: 'b', MediaUrl: 'm', RawContent: '{}', Sound: 's', Title: 't', Url: 'u' },
      ADM: { Body: 'only' },
      Baidu: {},
      GCM: {
        Action: 'DEEP_LINK',
        Body: 'b',
        ImageIconUrl: 'i',
        ImageUrl: 'j',
        RawContent: '{"a":1}',
        SmallImageIconUrl: 'k',
        Sound: 's',
        Title: 't',
        Url: 'u',
      },
      DefaultSubstitutions: '{"Attributes":{"Purchase":"Test"}}',
      TemplateDescription: 'push',
    },
  },
  {
    type: 'SMS',
    path: 'sms',
    body: {
      Body: 'hello\n how are you?',
      DefaultSubstitutions: '{}',
      TemplateDescription: 'Test SMS Template',
    },
  },
  {
    type: 'VOICE',
    path: 'voice',
    body: {
      Body: 'hello',
      LanguageCode: 'en-GB',
      VoiceId: 'Amy',
      DefaultSubstitutions: '{"a":"b"}',
      TemplateDescription: 'call',
    },
  },
  {
    type: 'INAPP',
    path: 'inapp',
    body: {
      Content: [
        {
          BackgroundColor: '#fff',
          BodyConfig: { Alignment: 'LEFT', Body: 'b', TextColor: '#000' },
          HeaderConfig: { Alignment: 'CENTER', Header: 'h', TextColor: '#000' },
          ImageUrl: 'https://x.example/i.png',
          PrimaryBtn: {
            DefaultConfig: {
              BackgroundColor: '#1',
              BorderRadius: 4,
              ButtonAction: 'LINK',
              Link: 'l',
              Text: 't',
              TextColor: '#2',
            },
            Android: { ButtonAction: 'DEEP_LINK', Link: 'app://' },
            IOS: { ButtonAction: 'CLOSE' },
            Web: { ButtonAction: 'LINK', Link: 'https://x.example' },
          },
          SecondaryBtn: {},
        },
        {},
      ],
      CustomConfig: { key: 'value' },
      Layout: 'CAROUSEL',
      TemplateDescription: 'banner',
    },
  },
] as const

/** Checks that nothing answered, and says with which status it failed otherwise. */
function ok({ status, body }: Answer, expected: number) {
  if (status !== expected) throw new Error(`expected ${expected}; got ${status}: ${body?.Message}`)
  return body
}

/** An application, with ways to write and read templates: of SMS, unless another path is named. */
export function withTemplates(t: Test, given: { now?: () => Date; config?: Dependencies['config'] } = {}) {
  const { app, store, call } = buildTestApp(t, given)
  const url = (name: string, path = 'sms') => `/v1/templates/${name}/${path}`
  return {
    app,
    store,
    call,
    url,
    create: async (name: string, body: object = {}, path?: string) =>
      ok(await call('POST', url(name, path), body), 201),
    /** @param query of UpdateSmsTemplate, such as `create-new-version=true` */
    update: async (name: string, body: object, query = '') =>
      ok(await call('PUT', `${url(name)}?${query}`, body), 202),
    remove: async (name: string, query = '') => ok(await call('DELETE', `${url(name)}?${query}`), 202),
    get: async (name: string, query = '') => ok(await call('GET', `${url(name)}?${query}`), 200),
    activate: async (name: string, Version: string) =>
      ok(await call('PUT', `${url(name, 'SMS')}/active-version`, { Version }), 200),
    /** The numbers of the versions of a template, the newest first. */
    versions: async (name: string): Promise<string[]> =>
      ok(await call('GET', `${url(name, 'SMS')}/versions`), 200).Item.map(
        ({ Version }: { Version: string }) => Version,
      ),
  }
}

/** A clock that goes on by a second at each look. */
export function tickingClock(start = '2026-01-02T03:04:05.678Z'): () => Date {
  let seconds = 0
  return () => new Date(Date.parse(start) + 1000 * seconds++)
}
