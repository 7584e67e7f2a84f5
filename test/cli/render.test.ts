import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import t from 'tap'
import { runRender } from '../../server/cli/render.ts'
import { controlOf } from '../support/control.ts'
import { startEmulator } from '../support/helpers.ts'
import { runMain } from '../support/spawn.ts'

const endpoint = { Address: 'ann@example.com', User: { UserAttributes: { FirstName: ['Ann'] } } }
const dir = t.testdir({
  'mail.hbs': 'Hi {{User.UserAttributes.FirstName}},\nyour code is {{OTP}}.\n{{Footer}} {{OTP}}',
  'now.hbs': '{{now "yyyy"}} {{uuid}}',
  'broken.hbs': 'Hi {{Address}}\n  {{#if Address}}',
  'late.hbs': '{{Nickname}}\n{{divide 1 0}}',
  'escape.hbs': 'a{{[\u001b]}}',
  'endpoint.json': JSON.stringify(endpoint),
  'answer.json': JSON.stringify({ EndpointResponse: { ...endpoint, Location: null } }),
  'marked.hbs': '\ufeff{{Address}}',
  'marked.json': `\ufeff${JSON.stringify(endpoint)}`,
  'request.json': JSON.stringify({ EndpointRequest: endpoint }),
  'code.json': '{"OTP": ["123"]}',
  'all.json': '{"OTP": ["456"], "Footer": ["Bye"]}',
  'defaults.json': '{"User": {"UserAttributes": {"FirstName": "there"}}, "OTP": "000", "Footer": "x"}',
  'text.json': '{"OTP": "123"}',
  'number.json': '{"OTP": 123}',
  'list.json': '[]',
  'cut.json': '{"OTP": [',
  'names.hbs': '{{name}} {{name.[1]}}',
  'one.json': '{"name": ["A"]}',
  'two.json': '{"name": ["B", "C"]}',
  'attribute.json': '{"Attributes": {"Plan": "free"}}',
})
const at = (name: string) => join(dir, name)

/** Runs the command here; names of files that there are stand for their paths. */
async function run(argv: string[], env: Record<string, string> = {}) {
  const written = { stdout: '', stderr: '' }
  const output = (name: keyof typeof written) =>
    new PassThrough().setEncoding('utf8').on('data', text => {
      written[name] += text.replaceAll(`${dir}/`, '')
    })
  const paths = argv.map(word => (/\.(hbs|json)$/.test(word) ? at(word) : word))
  const code = await runRender(env, paths, { stdout: output('stdout'), stderr: output('stderr') })
  return { code, ...written }
}

const withValues = ['mail.hbs', '--endpoint', 'endpoint.json', '--substitutions', 'all.json']

t.test('render prints what would be sent, and nothing else', async t => {
  t.strictSame(await run(withValues), {
    code: 0,
    stdout: 'Hi Ann,\nyour code is 456.\nBye 456\n',
    stderr: '',
  })
  const { code, stdout } = await run(['now.hbs'])
  t.equal(code, 0)
  t.match(stdout, new RegExp(`^${new Date().getUTCFullYear()} [\\da-f]{8}-[\\da-f-]{27}\\n$`))
})

t.test('render takes an endpoint as it is answered or sent, with or without what is around it', async t => {
  for (const file of ['answer.json', 'request.json', 'endpoint.json']) {
    const { stdout } = await run(['mail.hbs', '--endpoint', file, '--substitutions', 'all.json'])
    t.match(stdout, 'Hi Ann,', file)
  }
})

t.test('render passes over a byte order mark, which editors on Windows write', async t => {
  t.match(await run(['marked.hbs', '--endpoint', 'marked.json']), { code: 0, stdout: 'ann@example.com\n' })
})

t.test('render takes values of the first substitutions, then the endpoint, then the defaults', async t => {
  const { stdout } = await run([
    ...['mail.hbs', '--substitutions', 'code.json', '--substitutions', 'all.json'],
    ...['--default-substitutions', 'defaults.json'],
  ])
  t.equal(stdout, 'Hi there,\nyour code is 123.\nBye 123\n')
})

t.test('render takes a substitution that is a string, too, as the control call does', async t => {
  const { stdout } = await run([
    ...['mail.hbs', '--endpoint', 'endpoint.json'],
    ...['--substitutions', 'text.json', '--substitutions', 'all.json'],
  ])
  t.match(stdout, /your code is 123\.\nBye/)
})

t.test('render reports missing variables with their places, and exits with 1', async t => {
  const { code, stdout, stderr } = await run(['mail.hbs', '--endpoint', 'endpoint.json'])
  t.equal(code, 1)
  t.equal(stdout, '', 'nothing would be sent')
  t.equal(
    stderr,
    `mail.hbs:2:14: Attribute 'OTP' is not present in the rendering data.
mail.hbs:3:1: Footer has no value
Values come from --endpoint, --substitutions and --default-substitutions; --missing-variables blank does without.
`,
  )
  const late = await run(['late.hbs'])
  t.match(
    late.stderr,
    /^late.hbs:2:1: a number cannot be divided by zero\nlate.hbs:1:1: Nickname has no value\n/,
  )
})

t.test('render leaves missing variables blank where a flag or a setting says so', async t => {
  const argv = ['mail.hbs', '--endpoint', 'endpoint.json']
  const expected = {
    code: 0,
    stdout: 'Hi Ann,\nyour code is .\n \n',
    stderr: `mail.hbs:2:14: OTP has no value, and is left blank
mail.hbs:3:1: Footer has no value, and is left blank
`,
  }
  t.strictSame(await run([...argv, '--missing-variables', 'blank']), expected)
  t.strictSame(await run(argv, { PINPOINT_LOCAL_MISSING_VARIABLES: 'blank', PORT: 'none' }), expected)
  t.equal((await run([...argv, '--missing-variables', 'fail'], { MISSING_VARIABLES: 'blank' })).code, 1)
})

t.test('render reports a template that cannot be rendered with line and column', async t => {
  t.strictSame(await run(['broken.hbs', '--endpoint', 'endpoint.json']), {
    code: 1,
    stdout: '',
    stderr: 'broken.hbs:2:3: the block is not closed: {{/if}} is missing\n',
  })
  t.notMatch((await run(['escape.hbs'])).stderr, '\u001b', 'what moves a cursor is escaped')
})

t.test('render --json prints one document', async t => {
  t.strictSame(JSON.parse((await run(['mail.hbs', '--json', '--missing-variables', 'blank'])).stdout), {
    text: 'Hi ,\nyour code is .\n ',
    missingVariables: ['User.UserAttributes.FirstName', 'OTP', 'Footer'],
    errors: [],
  })
  const { code, stdout, stderr } = await run(['broken.hbs', '--json'])
  t.strictSame(
    { code, stderr, document: JSON.parse(stdout) },
    {
      code: 1,
      stderr: '',
      document: {
        missingVariables: [],
        errors: [{ line: 2, column: 3, message: 'the block is not closed: {{/if}} is missing' }],
      },
    },
  )
})

for (const [what, argv, message] of [
  ['no template', [], "error: missing required argument 'FILE'"],
  ['a template that is not there', ['nothing.hbs'], 'there is no file nothing.hbs'],
  ['a folder', [dir], 'cannot be read: EISDIR'],
  ['values that are not there', ['mail.hbs', '--endpoint', 'nothing.json'], 'there is no file nothing.json'],
  ['values that are no JSON', ['mail.hbs', '--substitutions', 'cut.json'], 'cut.json is not JSON: '],
  [
    'values that are no object',
    ['mail.hbs', '--default-substitutions', 'list.json'],
    'list.json must be a JSON object; got a list',
  ],
  [
    'substitutions that are no texts',
    ['mail.hbs', '--substitutions', 'number.json'],
    'number.json: OTP must be a string or a list of strings; got 123',
  ],
  [
    'an endpoint that Pinpoint would refuse',
    ['mail.hbs', '--endpoint', 'attribute.json'],
    'attribute.json: Attributes.Plan must be a list, each entry a string; got "free"',
  ],
  ['a flag that does not exist', ['mail.hbs', '--colour'], "error: unknown option '--colour'"],
  [
    'a bad setting',
    ['mail.hbs', '--missing-variables', 'x'],
    '--missing-variables must be one of fail, blank',
  ],
] as const) {
  t.test(`${what} is reported, and the status is 2`, async t => {
    const { code, stdout, stderr } = await run([...argv])
    t.match({ code, stdout, stderr }, { code: 2, stdout: '', stderr: message })
    t.notMatch(stderr, /\n\s+at /, 'no stack')
  })
}

t.test('pinpoint-local has the command render, and its help says how to use it', async t => {
  const help = await runMain(t, {}, ['render', '--help'])
  t.match(help, { code: 0, stderr: '' })
  t.match(help.stdout, /^Usage: pinpoint-local render FILE \[flags\]/)
  t.match(await runMain(t, {}, ['render', ...withValues.map(word => (/\./.test(word) ? at(word) : word))]), {
    code: 0,
    stdout: 'Hi Ann,\nyour code is 456.\nBye 456\n',
  })
})

t.test('render --url has the emulator there render', async t => {
  const { url } = await startEmulator(t)
  await controlOf(url)('PUT', '/_pinpoint/clock', { mode: 'frozen', now: '2031-05-06T00:00:00Z' })
  const there = ['--url', `${url}/`]
  t.strictSame(await run([...withValues, ...there]), await run(withValues))
  t.match(await run(['now.hbs', ...there]), { code: 0, stdout: /^2031 / }, 'by its own clock')
  const both = ['--substitutions', 'code.json', '--substitutions', 'all.json']
  const twice = ['mail.hbs', '--endpoint', 'endpoint.json', ...both]
  t.strictSame(await run([...twice, ...there]), await run(twice), 'the first substitutions count first')

  const lists = ['names.hbs', '--substitutions', 'one.json', '--substitutions', 'two.json']
  const missing = "names.hbs:1:10: Attribute 'name.[1]' is not present in the rendering data.\n"
  t.match(await run(lists), { code: 1, stdout: '', stderr: missing }, 'lists are not mixed')
  t.match(await run([...lists, ...there]), { code: 1, stdout: '', stderr: missing }, 'nor there')

  for (const template of ['broken.hbs', 'late.hbs']) {
    const [here, remote] = [await run([template, '--json']), await run([template, '--json', ...there])]
    t.strictSame(remote, here, template)
    t.equal(remote.code, 1)
  }
  t.strictSame(await run(['mail.hbs', '--endpoint', 'endpoint.json', ...there]), {
    code: 1,
    stdout: '',
    stderr:
      "mail.hbs:2:14: Attribute 'OTP' is not present in the rendering data.\nmail.hbs: Footer has no value\n",
  })
  const blank = await startEmulator(t, { MISSING_VARIABLES: 'blank' })
  t.match(await run(['mail.hbs', '--endpoint', 'endpoint.json', '--url', blank.url]), {
    code: 0,
    stdout: 'Hi Ann,\nyour code is .\n \n',
    stderr: 'mail.hbs: OTP has no value, and is left blank\n',
  })
})

t.test('render --url sends the token, or signs where that is wanted', async t => {
  const token = await startEmulator(t, { CONTROL_TOKEN: 'open-sesame' })
  const withToken = await run([...withValues, '--url', token.url], { CONTROL_TOKEN: 'open-sesame' })
  t.match(withToken, { code: 0, stdout: 'Hi Ann,' })
  const keys = await startEmulator(t, { ACCESS_KEYS: 'AKID:sesame' })
  const key = { AWS_ACCESS_KEY_ID: 'AKID', AWS_SECRET_ACCESS_KEY: 'sesame' }
  t.match(await run([...withValues, '--url', keys.url], key), { code: 0, stdout: 'Hi Ann,' })
  const none = await run([...withValues, '--url', keys.url])
  t.match(none, { code: 2, stderr: /401 Unauthorized.*AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY\n$/s })
  const wrong = await run([...withValues, '--url', keys.url], { ...key, AWS_SECRET_ACCESS_KEY: 'x' })
  t.match(wrong, { code: 2, stderr: /403 InvalidSignatureException/ })
})

t.test('render --url refuses flags that have no effect there', async t => {
  for (const [flag, value] of [
    ['--default-substitutions', 'defaults.json'],
    ['--missing-variables', 'blank'],
  ] as const) {
    const refused = await run(['mail.hbs', '--url', 'http://127.0.0.1:1', flag, value])
    t.match(refused, { code: 2, stderr: `${flag} has no effect with --url` })
  }
  const token = await run(['mail.hbs', '--control-token', 'open-sesame'])
  t.match(token, { code: 2, stderr: '--control-token goes with --url' })
  const nobody = await run(['mail.hbs', '--url', 'http://127.0.0.1:1'])
  t.match(nobody, { code: 2, stderr: 'no emulator answers at http://127.0.0.1:1' })
})
