import t from 'tap'
import { openStore } from '../../../server/store/open-store.ts'
import { makeFolder } from '../../support/buckets.ts'
import { countRows } from '../../support/database.ts'
import { isError } from '../../support/helpers.ts'
import { matchEach } from '../../support/items.ts'
import { withSending } from '../../support/sending.ts'

/** Recipients of one call, as many as it may have. */
const addresses = Array.from({ length: 100 }, (_, index) => `user${index}@example.com`)
const toAll = Object.fromEntries(addresses.map(address => [address, { ChannelType: 'EMAIL' }]))

const megabytes = (count: number): string => 'x'.repeat(count * 1_000_000)

/** Statuses of all results of a call, each once. */
const statusesOf = ({ Result }: { Result: Record<string, { DeliveryStatus: string }> }): string[] => [
  ...new Set(Object.values(Result).map(({ DeliveryStatus }) => DeliveryStatus)),
]

for (const [what, EmailMessage, member] of [
  [
    'an e-mail as a whole',
    {
      RawEmail: {
        Data: Buffer.from(`Subject: all\r\n\r\nhello ${megabytes(2)}`).toString('base64'),
      },
    },
    'raw',
  ],
  [
    'HTML',
    { SimpleEmail: { Subject: { Data: 'all' }, HtmlPart: { Data: `hello ${megabytes(3)}` } } },
    'html',
  ],
  [
    'HTML that renders to the same for all',
    {
      SimpleEmail: { Subject: { Data: 'all' }, HtmlPart: { Data: `{{word}} ${megabytes(3)}` } },
      Substitutions: { word: ['hello'] },
    },
    'html',
  ],
] as const) {
  t.test(`${what} of megabytes to a hundred recipients is stored once`, async t => {
    const dataDir = makeFolder(t)
    const { send, call, outbox } = await withSending(t, { store: openStore(dataDir) })
    const { status, body } = await send({ MessageConfiguration: { EmailMessage }, Addresses: toAll })
    t.equal(status, 200)
    t.strictSame(statusesOf(body), ['SUCCESSFUL'])

    t.match(countRows(dataDir), { messages: 100, message_contents: 1 })
    for (const id of [1, 100]) {
      const { body: message } = await call('GET', `/_pinpoint/messages/${id}`)
      t.match(message, { id, subject: 'all', address: addresses[id - 1] })
      t.ok(message[member].length > 2_000_000)
    }
    t.ok((await outbox({ text: 'HELLO', 'page-size': '2' })).length > 0)
    t.strictSame(await outbox({ text: 'nowhere in it' }), [])
  })
}

t.test('different e-mails of megabytes are all recorded, in their order', async t => {
  const { send, call, outbox } = await withSending(t)
  const HtmlPart = { Data: `${megabytes(5)}{{Address}}` }
  const some = addresses.slice(0, 6)
  const { body } = await send({
    MessageConfiguration: { EmailMessage: { SimpleEmail: { HtmlPart } } },
    Addresses: Object.fromEntries(some.map(address => [address, { ChannelType: 'EMAIL' }])),
  })
  t.strictSame(statusesOf(body), ['SUCCESSFUL'])
  for (const [index, address] of some.entries()) {
    const { body: message } = await call('GET', `/_pinpoint/messages/${index + 1}`)
    t.match(message, { address, messageId: body.Result[address].MessageId })
    t.ok(message.html.endsWith(address))
  }
  matchEach(t, await outbox({ text: some[2]!, 'page-size': '1' }), [{ id: 3 }])
})

t.test('what is no base64 is refused at once, however long it is', async t => {
  const { send } = await withSending(t)
  for (const Data of [`${' '.repeat(3_000_000)}!`, `${'= '.repeat(1_000_000)}x`, 'YWJj=ZGVm']) {
    isError(
      t,
      await send({
        MessageConfiguration: { EmailMessage: { RawEmail: { Data } } },
        Addresses: { 'ann@example.com': { ChannelType: 'EMAIL' } },
      }),
      ...([400, 'BadRequestException', /RawEmail\.Data must be an e-mail in base64$/] as const),
    )
  }
})
