import t, { type Test } from 'tap'
import { redact } from '../../server/process/redact.ts'

const same = (t: Test, text: string) => t.equal(redact(text), text)

t.test('signatures and session tokens are cut out of a URL, however their names are written', async t => {
  for (const name of [
    'X-Amz-Signature',
    'x-amz-signature',
    'X-AMZ-SECURITY-TOKEN',
    'X-Amz-Security-Token',
    'X%2DAmz%2dSignature',
    '%58-amz-Securit%79-Token',
    'Signature',
  ]) {
    t.equal(redact(`/v1/apps?a=b&${name}=s3cr%2Fet&c=d`), `/v1/apps?a=b&${name}=***&c=d`)
    t.equal(redact(`/v1/apps?${name}=s3cret`), `/v1/apps?${name}=***`)
    t.equal(redact(`/v1/apps?${name}=one&${name}=two`), `/v1/apps?${name}=***&${name}=***`)
    t.equal(redact(`{"path":"/v1/apps?${name}=s3cret","ms":3}`), `{"path":"/v1/apps?${name}=***","ms":3}`)
  }
})

t.test('headers lose their secrets and keep the rest', async t => {
  const scope =
    'Credential=AKIA/20260102/us-east-1/mobiletargeting/aws4_request, SignedHeaders=host;x-amz-date'
  t.equal(
    redact(`authorization: AWS4-HMAC-SHA256 ${scope}, Signature=0123abcd`),
    `authorization: AWS4-HMAC-SHA256 ${scope}, Signature=***`,
  )
  t.equal(redact('Authorization: Bearer s3cret\r\nhost: x'), 'Authorization: Bearer ***\r\nhost: x')
  t.equal(redact('{"authorization":"Basic dTpw"}'), '{"authorization":"Basic ***"}')
  t.equal(redact('Proxy-Authorization: s3cret'), 'Proxy-Authorization: ***')
  t.equal(redact('cookie: session=s3cret; a=b\nhost:x'), 'cookie: ***\nhost:x')
  t.equal(redact('Set-Cookie: session=s3cret; HttpOnly'), 'Set-Cookie: ***')
  t.equal(redact('host:x\nx-amz-security-token:FwoGZXIvYXdz//=\n'), 'host:x\nx-amz-security-token:***\n')
})

t.test('what is no secret stays', async t => {
  same(t, '/v1/apps?X-Amz-Credential=AKIA%2F20260102&X-Amz-SignedHeaders=host&X-Amz-Date=20260102T030405Z')
  same(t, '/_pinpoint/requests?token=WyJyZXF1ZXN0cy8iLDFd&page-size=2')
  same(t, 'set Authorization: Bearer <token>, or sign the request')
  same(t, 'Authorization header requires existence of either a X-Amz-Date or a Date header.')
  same(t, 'The request signature we calculated does not match the signature you provided.')
})
