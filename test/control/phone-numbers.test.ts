import t from 'tap'
import { isError, sharedTestApp } from '../support/helpers.ts'

const { call } = sharedTestApp()
const path = '/_pinpoint/phone-numbers'

t.test('facts about phone numbers are stored, read, listed, replaced and deleted', async t => {
  t.same((await call('GET', path)).body, { items: [] })
  const facts = { PhoneType: 'MOBILE', Carrier: 'A' }
  for (const number of ['+3', '+1', '+2']) {
    t.equal((await call('PUT', `${path}/${number}`, facts)).status, 204)
  }
  t.same((await call('GET', `${path}/+1`)).body, { number: '+1', ...facts })
  const first = (await call('GET', `${path}?page-size=2`)).body
  t.same(first.items, [
    { number: '+1', ...facts },
    { number: '+2', ...facts },
  ])
  const second = (await call('GET', `${path}?page-size=2&token=${first.nextToken}`)).body
  t.same(second, { items: [{ number: '+3', ...facts }] })

  await call('PUT', `${path}/%2B1`, { City: 'B' })
  t.same((await call('GET', `${path}/+1`)).body, { number: '+1', City: 'B' }, 'all of it is replaced')
  t.equal((await call('DELETE', `${path}/+1`)).status, 204)
  for (const method of ['GET', 'DELETE'] as const) {
    isError(t, await call(method, `${path}/+1`), 404, 'NotFoundException', 'Phone number not found: +1')
  }
})

t.test('wrong facts about a phone number are refused', async t => {
  const bad = async (number: string, body: object, message: string | RegExp) =>
    isError(t, await call('PUT', `${path}/${number}`, body), 400, 'BadRequestException', message)
  for (const number of ['1555', 'hello', '+', `+${'1'.repeat(250)}`]) {
    const message = `number must be a phone number that begins with + and its country code, such as +12065550100; got ${JSON.stringify(number)}`
    await bad(number, {}, message)
  }
  await bad('+12065550142', {}, /^number must not be \+12065550142: it is answered as in the sample/)
  await bad(
    '+15551234567',
    { PhoneType: 'FAX' },
    /PhoneType must be one of MOBILE, LANDLINE, VOIP, INVALID, OTHER, PREPAID/,
  )
  await bad('+15551234567', { PhoneTypeCode: 0 }, /PhoneTypeCode is not a name that is known here/)
  await bad('+15551234567', { carrier: 'x' }, /carrier is not a name that is known here/)
  isError(t, await call('GET', `${path}/+15551234567`), 404, 'NotFoundException', /not found/)
})
