import t from 'tap'
import { isError } from '../../support/helpers.ts'
import { matchEach } from '../../support/items.ts'
import { journeyOf, withJourneys } from '../../support/journeys.ts'

t.test('CreateJourney answers 201 with a DRAFT that needs no more than a name', async t => {
  const { call, url, app, appArn } = await withJourneys()
  const { status, body } = await call('POST', url, {
    Name: 'a-B_1',
    CreationDate: 'x',
    LastModifiedDate: 'y',
  })
  t.equal(status, 201)
  t.match(body.Id, /^[0-9a-f]{32}$/)
  t.match(body.CreationDate, /^\d{4}-.*\.\d{3}Z$/)
  t.strictSame(body, {
    ApplicationId: app,
    CreationDate: body.CreationDate,
    Id: body.Id,
    LastModifiedDate: body.CreationDate,
    Name: 'a-B_1',
    Schedule: {},
    State: 'DRAFT',
  })
  t.strictSame((await call('GET', `${url}/${body.Id}`)).body, body)
  const arn = `${appArn}/journeys/${body.Id}`
  const tags = `/v1/tags/${encodeURIComponent(arn)}`
  t.equal((await call('POST', tags, { tags: { team: 'red' } })).status, 204)
  t.strictSame((await call('GET', tags)).body, { tags: { team: 'red' } })
  t.notOk('tags' in (await call('GET', `${url}/${body.Id}`)).body, 'GetJourney has no tags')
})

t.test('what was sent is answered, of each activity its kind and description, times in UTC', async t => {
  const { create, call, url, segment } = await withJourneys()
  const more = {
    Schedule: {
      StartTime: '2037-01-01T09:00+09:00',
      EndTime: '2037-02-01T00:00:00.5+09:00',
      Timezone: 'UTC+09',
    },
    Limits: { DailyCap: 3, EndpointReentryCap: 1 },
    StartActivity: 'a',
    Activities: { a: { Description: 'first', ContactCenter: { unknown: 1 }, unknown: 2 } },
  }
  const { status, body } = await create(more)
  t.equal(status, 201, body.Message)
  t.match(body, {
    State: 'ACTIVE',
    StartCondition: { SegmentStartCondition: { SegmentId: segment } },
    Schedule: { StartTime: '2037-01-01T00:00:00Z', EndTime: '2037-01-31T15:00:00.500Z', Timezone: 'UTC+09' },
    Limits: more.Limits,
  })
  t.strictSame(body.Activities, { a: { Description: 'first', ContactCenter: {} } })
  t.strictSame((await call('GET', url)).body.Item, [body])
})

t.test('AWS code copies a journey from the answer of GetJourney', async t => {
  const { create, call, url } = await withJourneys()
  const { ApplicationId, Id, ...copy } = (await create()).body
  const { status, body } = await call('POST', url, { ...copy, State: 'DRAFT' })
  t.equal(status, 201, body.Message)
  t.strictSame(body.Activities, copy.Activities)
  t.not(body.Id, Id)
})

t.test('a name, times and conditions must be well-formed also in a draft', async t => {
  const { call, url } = await withJourneys()
  for (const [more, message] of [
    [{ Name: '' }, /^Name must be 1 to 150 characters, all of them letters, digits, _ or -; got ""/],
    [{ Name: 'a b' }, /^Name must be/],
    [{ Name: 'a'.repeat(151) }, /^Name must be/],
    [{ Name: 7 }, /^Name must be/],
    [{ State: 'PAUSED' }, /^State must be DRAFT or ACTIVE; got PAUSED/],
    [{ State: 'x' }, /^State must be one of/],
    [{ Schedule: { StartTime: '2037-01-01T00:00:00' } }, /^Schedule\.StartTime must be an ISO 8601 time/],
    [{ Schedule: { EndTime: 'x' } }, /^Schedule\.EndTime must be an ISO 8601 time/],
    [
      {
        Activities: {
          a: {
            ConditionalSplit: {
              Condition: {
                Conditions: [
                  { segmentDimensions: { Metrics: { m: { ComparisonOperator: 'IS', Value: 1 } } } },
                ],
              },
            },
          },
        },
      },
      /^Activities\.a\.ConditionalSplit\.Condition\.Conditions\.0\.segmentDimensions\.Metrics\.m\.ComparisonOperator must be one of/,
    ],
    [
      {
        Activities: {
          a: {
            MultiCondition: {
              Branches: [{ Condition: { EventCondition: { Dimensions: { EventType: { Values: [] } } } } }],
            },
          },
        },
      },
      /^Activities\.a\.MultiCondition\.Branches\.0\.Condition\.EventCondition\.Dimensions\.EventType\.Values must have at least one/,
    ],
  ] as const) {
    isError(t, await call('POST', url, { Name: 'a', ...more }), 400, 'BadRequestException', message)
  }
  t.strictSame((await call('GET', url)).body.Item, [], 'nothing was created')
  isError(
    t,
    await call('POST', `/v1/apps/nope/journeys`, {}),
    404,
    'NotFoundException',
    'Application not found',
  )
})

t.test('ListJourneys gives pages, the newest first; DeleteJourney takes one out', async t => {
  const { create, call, url } = await withJourneys()
  const ids: string[] = []
  for (const Name of ['a', 'b', 'c']) ids.unshift((await create({ Name })).body.Id)
  const first = (await call('GET', `${url}?page-size=2`)).body
  const second = (await call('GET', `${url}?page-size=2&token=${first.NextToken}`)).body
  t.strictSame(
    [...first.Item, ...second.Item].map(({ Id }) => Id),
    ids,
  )
  t.notOk(second.NextToken)

  const journey = (await call('GET', `${url}/${ids[1]}`)).body
  const { status, body } = await call('DELETE', `${url}/${ids[1]}`)
  t.equal(status, 200)
  t.strictSame(body, journey)
  t.strictSame(
    (await call('GET', url)).body.Item.map(({ Id }: { Id: string }) => Id),
    [ids[0], ids[2]],
  )
  for (const method of ['GET', 'DELETE'] as const) {
    const answer = await call(method, `${url}/${ids[1]}`)
    isError(t, answer, 404, 'NotFoundException', `Journey not found: ${ids[1]}`)
  }
  for (const [method, path] of [
    ['PUT', ''],
    ['PUT', '/state'],
    ['GET', '/runs'],
    ['GET', '/execution-metrics'],
  ] as const) {
    const answer = await call(method, `${url}/nope${path}`, method === 'PUT' ? {} : undefined)
    isError(t, answer, 404, 'NotFoundException', 'Journey not found: nope')
  }
})

t.test('UpdateJourney replaces all of a draft, needs a State, and publishes', async t => {
  const { call, draft, segment } = await withJourneys()
  const path = await draft({ Limits: { DailyCap: 1 } })
  const withoutState = await call('PUT', path, { Name: 'b' })
  isError(t, withoutState, 400, 'BadRequestException', /^State must be given: DRAFT, or ACTIVE/)
  const { body } = await call('PUT', path, { Name: 'b', State: 'DRAFT' })
  t.match(body, { Name: 'b', State: 'DRAFT' })
  t.notOk('Limits' in body || 'Activities' in body, 'what is not sent is gone')
  t.strictSame((await call('GET', path)).body, body)

  const incomplete = await call('PUT', path, { Name: 'c', State: 'ACTIVE' })
  isError(t, incomplete, 400, 'BadRequestException', /^Journey validation failed, StartCondition must have/)
  t.strictSame((await call('GET', path)).body, body, 'nothing has changed')
  const published = await call('PUT', path, journeyOf(segment))
  t.match(published, { status: 200, body: { State: 'ACTIVE', Name: 'welcome' } })
  const again = await call('PUT', path, journeyOf(segment))
  isError(t, again, 409, 'ConflictException', /^Only a journey whose State is DRAFT can be updated/)
  matchEach(t, (await call('GET', `${path}/runs`)).body.Item, [{ Status: 'SCHEDULED' }])
})
