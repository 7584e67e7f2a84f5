import t from 'tap'
import { readS3Url } from '../../server/model/s3-url.ts'

t.test('an S3 URL names a bucket and a key, a prefix or nothing further', async t => {
  t.same(readS3Url('s3://bucket/a/b c.csv'), { bucket: 'bucket', key: 'a/b c.csv' })
  t.same(readS3Url('s3://my-bucket.example/a/'), { bucket: 'my-bucket.example', key: 'a/' })
  t.same(readS3Url('s3://bucket/'), { bucket: 'bucket', key: '' })
  t.same(readS3Url('s3://bucket'), { bucket: 'bucket', key: '' })
  t.same(
    readS3Url('s3://bucket//a?b#c%20é'),
    { bucket: 'bucket', key: '/a?b#c%20é' },
    'a key may hold anything',
  )
})

t.test('what is no S3 URL is refused', async t => {
  for (const text of [
    ...['', 'bucket/key', 's3:/bucket/key', 's3://', 's3:///key', 'S3://bucket/key', ' s3://bucket/key'],
    ...['http://bucket/key', 'arn:aws:s3:::bucket/key', 'xs3://bucket/key'],
  ]) {
    t.equal(readS3Url(text), undefined, JSON.stringify(text))
  }
})

t.test('a bucket name that S3 does not allow is refused, and none leaves the folder of buckets', async t => {
  for (const name of [
    'ab',
    'x'.repeat(64),
    'Bucket',
    'a_b',
    '-abc',
    'abc-',
    '..',
    '...',
    'a..b',
    '.abc',
    'a b c',
    'büc',
  ]) {
    t.equal(readS3Url(`s3://${name}/key`), undefined, name)
  }
  t.ok(readS3Url(`s3://${'x'.repeat(63)}/key`))
  t.ok(readS3Url('s3://abc/key'))
})
