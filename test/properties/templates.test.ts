import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { holds } from '../support/generators.ts'
import { buildTestApp } from '../support/helpers.ts'

const text = fc.string({ unit: 'binary', maxLength: 60 })
/** Texts in which templates and JSON have something special. */
const special = fc.stringMatching(/^[{}#/"'\\\n\r\t\0<>&.[\] a\ud800\u2028é]{0,60}$/)
const any = fc.oneof(text, special)
const optional = <T>(members: { [Name in keyof T]: fc.Arbitrary<T[Name]> }) =>
  fc.record(members, { requiredKeys: [] })

const defaults = fc
  .tuple(fc.dictionary(any, fc.oneof(any, fc.array(any, { maxLength: 3 })), { maxKeys: 4 }), fc.nat(3))
  .map(([values, indent]) => JSON.stringify(values, undefined, indent))
const headerName = fc.stringMatching(/^[!-9;-~]{0,20}$/)
const every = { DefaultSubstitutions: defaults, TemplateDescription: any }
const action = fc.constantFrom('OPEN_APP', 'DEEP_LINK', 'URL')
const notification = { Action: action, Body: any, Sound: any, Title: any, Url: any }
const android = { ...notification, ImageIconUrl: any, ImageUrl: any, RawContent: any, SmallImageIconUrl: any }
const alignment = fc.constantFrom('LEFT', 'CENTER', 'RIGHT')
const override = fc.record(
  { ButtonAction: fc.constantFrom('LINK', 'DEEP_LINK', 'CLOSE'), Link: any },
  { requiredKeys: ['ButtonAction'] },
)
const button = optional({
  DefaultConfig: fc.record({ ButtonAction: fc.constant('LINK'), Text: any, BorderRadius: fc.nat(99) }),
  Android: override,
  IOS: override,
  Web: override,
})

/** Bodies of each type, by path. */
const bodies: Record<string, fc.Arbitrary<object>> = {
  email: optional({
    ...every,
    Subject: any,
    HtmlPart: any,
    TextPart: any,
    Headers: fc.array(optional({ Name: headerName, Value: any }), { maxLength: 4 }),
  }),
  push: optional({
    ...every,
    Default: optional(notification),
    APNS: optional({ ...notification, MediaUrl: any, RawContent: any }),
    ADM: optional(android),
    Baidu: optional(android),
    GCM: optional(android),
  }),
  sms: optional({ ...every, Body: any }),
  voice: optional({ ...every, Body: any, LanguageCode: any, VoiceId: any }),
  inapp: optional({
    TemplateDescription: any,
    Layout: fc.constant('CAROUSEL'),
    CustomConfig: fc.dictionary(
      any.filter(name => name !== '__proto__'),
      any,
      { maxKeys: 3 },
    ),
    Content: fc.array(
      optional({
        BackgroundColor: any,
        ImageUrl: any,
        BodyConfig: fc.record({ Alignment: alignment, Body: any, TextColor: any }),
        HeaderConfig: fc.record({ Alignment: alignment, Header: any, TextColor: any }),
        PrimaryBtn: button,
        SecondaryBtn: button,
      }),
      { maxLength: 1 },
    ),
  }),
}

for (const [path, body] of Object.entries(bodies)) {
  t.test(`every version of a template of ${path} comes back as it was sent, lists included`, async t => {
    const { call } = buildTestApp(t)
    let number = 0
    const property = fc.asyncProperty(body, body, async (...sent) => {
      const url = `/v1/templates/t${number++}/${path}`
      assert.equal((await call('POST', url, sent[0])).status, 201)
      assert.equal((await call('PUT', `${url}?create-new-version=true`, sent[1])).status, 202)
      const listed = (await call('GET', `${url}/versions`)).body.Item.toReversed()
      for (const index of [0, 1]) {
        const expected = JSON.parse(JSON.stringify(sent[index]))
        const { body: got } = await call('GET', `${url}?version=${index + 1}`)
        const { Arn, CreationDate, LastModifiedDate, TemplateName, TemplateType, Version, tags, ...rest } =
          got
        assert.deepEqual(rest, expected)
        for (const name of ['DefaultSubstitutions', 'TemplateDescription']) {
          assert.equal(listed[index][name], expected[name])
        }
      }
    })
    await holds(t, property, 60)
  })
}
