import { existsSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { readFlags } from '../../server/cli/settings-flags.ts'
import { configOf, loadConfig as load, type Options } from '../../server/process/config.ts'
import { allSettings, type Config } from '../../server/process/settings.ts'
import { StartError } from '../../server/process/start-error.ts'
import { version } from '../../server/version.ts'
import { runMain } from '../support/spawn.ts'

const loadConfig = (env: Record<string, string>, argv: string[]) => load(env, readFlags(argv))

/** A setting of the contract: two values that it can have, as text and as read, and one that it cannot. */
interface Row {
  name: keyof Config
  variables: string[]
  flag: string
  default: unknown
  one: [text: string, value: unknown]
  other: [text: string, value: unknown]
  bad?: string
}

const folders = t.testdir({ a: {}, b: {}, file: '' })
const [folderA, folderB] = [join(folders, 'a'), join(folders, 'b')]

const served: Row[] = [
  row('port', 'PORT', 7467, ['0', 0], ['8080', 8080], '65536'),
  row('host', 'HOST', '127.0.0.1', ['0.0.0.0', '0.0.0.0'], ['::1', '::1'], 'bad/host'),
  row('dataDir', 'DATA_DIR', '.pinpoint-local', ['x', 'x'], ['y', 'y']),
  row('ephemeral', 'EPHEMERAL', false, ['true', true], ['false', false], 'maybe'),
  row('s3Dir', 'S3_DIR', undefined, [folderA, folderA], [folderB, folderB], join(folders, 'file')),
  {
    ...row(
      's3Endpoint',
      'AWS_ENDPOINT_URL_S3',
      undefined,
      same('http://a:9000'),
      same('https://b'),
      'a:9000',
    ),
    variables: ['AWS_ENDPOINT_URL_S3', 'AWS_ENDPOINT_URL'],
  },
  row('s3AllowAws', 'S3_ALLOW_AWS', false, ['true', true], ['false', false], 'yes please'),
  row('s3ForcePathStyle', 'S3_FORCE_PATH_STYLE', undefined, ['true', true], ['false', false], 'path'),
  {
    ...row('region', 'AWS_REGION', 'us-east-1', same('eu-west-1'), same('us-gov-west-1'), 'US East'),
    flag: '--region',
  },
  row('accountId', 'ACCOUNT_ID', '123456789012', same('000000000000'), same('999999999999'), '12345678901'),
  row('jobStateDelayMs', 'JOB_STATE_DELAY_MS', 0, ['5', 5], ['1000', 1000], '-1'),
  row('pieceBytes', 'PIECE_BYTES', 1_048_576, ['1', 1], ['4096', 4096], '0'),
  row('maxRunningImports', 'MAX_RUNNING_IMPORTS', 2, ['1', 1], ['10', 10], '0'),
  row('quotas', 'QUOTAS', false, ['on', true], ['off', false], 'true'),
  row('preflight', 'PREFLIGHT', 'off', same('strict'), same('off'), 'on'),
  row(
    'accessKeys',
    'ACCESS_KEYS',
    undefined,
    ['AKIA:se/cr+et', new Map([['AKIA', 'se/cr+et']])],
    [
      'a:1, b:2:3, test-key.1:4',
      new Map([
        ['a', '1'],
        ['b', '2:3'],
        ['test-key.1', '4'],
      ]),
    ],
    'AKIA',
  ),
  row(
    'allowedHosts',
    'ALLOWED_HOSTS',
    undefined,
    ['Dev.Example.com., b.example:80', new Set(['dev.example.com', 'b.example'])],
    ['*', new Set(['*'])],
    '*.example.com',
  ),
  row(
    'allowedOrigins',
    'ALLOWED_ORIGINS',
    undefined,
    ['https://App.example/, http://b:8080', new Set(['https://app.example', 'http://b:8080'])],
    ['capacitor://app,*', new Set(['capacitor://app', '*'])],
    'app.example',
  ),
  row('controlToken', 'CONTROL_TOKEN', undefined, same('open-sesame'), same('a:b/c+d='), 'a b'),
  row('seed', 'SEED', undefined, [folderA, folderA], [folderB, folderB], join(folders, 'nowhere')),
  row('outboxLimit', 'OUTBOX_LIMIT', 10_000, ['1', 1], ['2000', 2000], '0'),
  row('otpCode', 'OTP_CODE', undefined, ['12345', '12345'], ['00000001', '00000001'], '1234'),
  row('missingVariables', 'MISSING_VARIABLES', 'fail', same('blank'), same('fail'), 'empty'),
  row('console', 'CONSOLE', true, ['off', false], ['on', true], 'maybe'),
  row(
    'hookHosts',
    'HOOK_HOSTS',
    undefined,
    ['Hooks.Example.com., b:8080', new Set(['hooks.example.com', 'b'])],
    ['*', new Set(['*'])],
    'a b',
  ),
  row(
    'lambdaEndpoint',
    'AWS_ENDPOINT_URL_LAMBDA',
    undefined,
    same('http://localhost:3001'),
    same('http://localstack:4566'),
    'localstack',
  ),
  row(
    'smtpUrl',
    'SMTP_URL',
    undefined,
    same('smtp://localhost:1025'),
    same('smtps://ann:secret@mail.example.com'),
    'mailpit:1025',
  ),
  row(
    'kinesisEndpoint',
    'AWS_ENDPOINT_URL_KINESIS',
    undefined,
    same('http://localhost:4567'),
    same('https://kinesis.example.com'),
    'localhost:4567',
  ),
  row(
    'firehoseEndpoint',
    'AWS_ENDPOINT_URL_FIREHOSE',
    undefined,
    same('http://localhost:4573'),
    same('https://firehose.example.com'),
    'firehose',
  ),
  row('logLevel', 'LOG_LEVEL', 'info', same('debug'), same('silent'), 'loud'),
  row('logFormat', 'LOG_FORMAT', undefined, same('json'), same('pretty'), 'xml'),
]

function row(
  name: keyof Config,
  variable: string,
  byDefault: unknown,
  one: Row['one'],
  other: Row['other'],
  bad?: string,
): Row {
  const flag = variable
    .toLowerCase()
    .replaceAll('_', '-')
    .replace(/^aws-endpoint-url-(.*)/, '$1-endpoint')
  return {
    name,
    variables: [variable],
    flag: `--${flag}`,
    default: byDefault,
    one,
    other,
    ...(bad !== undefined && { bad }),
  }
}

function same(text: string): [string, string] {
  return [text, text]
}

/** Why the settings are refused, in the words of the one who starts the emulator. */
function refusal(t: Test, env: Record<string, string>, argv: string[] = []): string {
  try {
    loadConfig(env, argv)
  } catch (error) {
    t.type(error, StartError)
    return (error as Error).message
  }
  t.fail('the settings were accepted')
  return ''
}

t.test('with nothing set, every setting has its default', async t => {
  const unknown = Object.keys(allSettings).filter(name => !served.some(row => row.name === name))
  t.strictSame(unknown, [], 'every setting has a row in `served`')
  const config = loadConfig({}, [])
  for (const { name, default: expected } of served) t.strictSame(config[name], expected, name)
  t.throws(() => Object.assign(config, { port: 1 }), TypeError, 'and cannot be changed')
})

for (const { name, variables, flag, one, other, default: byDefault, bad } of served) {
  t.test(`${flag} and ${variables.join(' and ')} set ${name}`, async t => {
    for (const variable of variables) {
      t.strictSame(loadConfig({ [variable]: one[0] }, [])[name], one[1], 'the variable sets it')
      t.strictSame(loadConfig({ [variable]: other[0] }, [])[name], other[1])
      t.strictSame(loadConfig({ [variable]: '' }, [])[name], byDefault, 'an empty variable is not set')
      t.strictSame(loadConfig({ [variable]: one[0] }, [flag, other[0]])[name], other[1], 'the flag wins')
    }
    for (const variable of variables) {
      const own = `PINPOINT_LOCAL_${variable}`
      for (const bare of variables)
        t.strictSame(
          loadConfig({ [own]: one[0], [bare]: other[0] }, [])[name],
          one[1],
          `${own} wins over ${bare}`,
        )
      t.strictSame(loadConfig({ [own]: '', [variable]: other[0] }, [])[name], other[1], 'if it is set')
      t.strictSame(loadConfig({ [own]: one[0] }, [flag, other[0]])[name], other[1], 'the flag wins')
      if (bad !== undefined) t.match(refusal(t, { [own]: bad, [variable]: one[0] }), `  ${own} must be`)
    }
    t.strictSame(loadConfig({}, [flag, one[0]])[name], one[1], 'the flag sets it')
    t.strictSame(loadConfig({}, [`${flag}=${other[0]}`])[name], other[1], 'with = as well')
    if (bad === undefined) return
    for (const variable of variables) t.match(refusal(t, { [variable]: bad }), `${variable} must be`)
    t.match(refusal(t, {}, [flag, bad]), `${flag} must be`)
    t.match(refusal(t, {}, [`${flag}=`]), `${flag} must be`, 'an empty flag is a bad one')
    t.strictSame(
      loadConfig({ [variables[0]!]: bad }, [flag, one[0]])[name],
      one[1],
      'a flag hides a bad variable',
    )
  })
}

for (const { name, one, other, default: byDefault, bad } of served) {
  t.test(`the option ${name} of startPinpoint sets ${name}`, async t => {
    for (const [text, value] of [one, other]) {
      // What is no plain value is given as text.
      const given = typeof value === 'object' ? text : value
      t.strictSame(configOf({ [name]: given })[name], value, 'by its value')
      t.strictSame(configOf({ [name]: text })[name], value, 'by its text')
      t.strictSame(configOf({ [name]: undefined }, { [name]: given })[name], value, 'undefined is not set')
    }
    t.strictSame(configOf({}, {})[name], byDefault)
    const named = new RegExp(`\\b${name} must be `)
    if (bad !== undefined) t.throws(() => configOf({ [name]: bad }), named)
    for (const value of [null, ['x'], Number.NaN])
      t.throws(() => configOf({ [name]: value } as unknown as Options), named)
  })
}

t.test('what Kubernetes sets for a service named pinpoint-local is no setting', async t => {
  const env = { PINPOINT_LOCAL_PORT: 'tcp://10.0.0.1:7467', PINPOINT_LOCAL_SERVICE_HOST: '10.0.0.1' }
  t.equal(loadConfig(env, []).port, 7467)
  t.equal(loadConfig({ ...env, PORT: '80' }, []).port, 80)
})

t.test('a data folder that is removed at exit and one that is kept exclude each other', async t => {
  const exclude = (one: string, other: string) => `  ${one} and ${other} exclude each other`
  t.match(refusal(t, {}, ['--ephemeral', '--data-dir', 'x']), exclude('--ephemeral', '--data-dir'))
  t.match(refusal(t, { EPHEMERAL: '1', DATA_DIR: 'x' }), exclude('EPHEMERAL', 'DATA_DIR'))
  t.match(refusal(t, { DATA_DIR: 'x' }, ['--ephemeral']), exclude('--ephemeral', 'DATA_DIR'))
  t.throws(() => configOf({ ephemeral: true, dataDir: 'x' }), new RegExp(exclude('ephemeral', 'dataDir')))
  t.equal(loadConfig({ DATA_DIR: 'x', EPHEMERAL: 'false' }, []).dataDir, 'x')
  t.equal(loadConfig({ DATA_DIR: '' }, ['--ephemeral']).ephemeral, true)
})

t.test('one message names every bad option, and those that do not exist', async t => {
  const options = { port: true, s3dir: 'x', accountId: 123456789012, s3Credentials: {} } as unknown as Options
  t.throws(() => configOf(options), {
    message:
      /no option s3dir; the options are port, .*\n.*s3Credentials must be .*\n.*port must be .*; got true\n.*accountId must be a string; got 123456789012/,
  })
  t.type(
    t.throws(() => configOf(options)),
    StartError,
  )
})

t.test(
  'an option has the emulator keep the process alive, which that of the command line always does',
  async t => {
    t.equal(configOf({}).keepProcessAlive, false)
    t.equal(configOf({ keepProcessAlive: true }).keepProcessAlive, true)
    t.throws(() => configOf({ keepProcessAlive: 'yes' } as unknown as Options), {
      message: /keepProcessAlive must be true or false; got "yes"/,
    })
    t.equal(loadConfig({}, []).keepProcessAlive, true)
  },
)

t.test('options say what signs requests to an S3 endpoint', async t => {
  const s3Credentials = { accessKeyId: 'id', secretAccessKey: 'secret' }
  t.strictSame(configOf({ s3Credentials }).s3Credentials, s3Credentials)
  t.type(configOf({}).s3Credentials.accessKeyId, 'string')
})

t.test('a flag that says yes or no needs no value', async t => {
  const { ephemeral, s3AllowAws, s3ForcePathStyle } = loadConfig({}, [
    '--ephemeral',
    '--s3-allow-aws',
    '--s3-force-path-style',
  ])
  t.strictSame([ephemeral, s3AllowAws, s3ForcePathStyle], [true, true, true])
})

t.test('of two variables for one setting the first that is set counts', async t => {
  const both = { AWS_ENDPOINT_URL_S3: 'http://a:1', AWS_ENDPOINT_URL: 'http://b:2' }
  t.equal(loadConfig(both, []).s3Endpoint, 'http://a:1')
  t.equal(loadConfig({ ...both, AWS_ENDPOINT_URL_S3: '' }, []).s3Endpoint, 'http://b:2')
  t.match(refusal(t, { ...both, AWS_ENDPOINT_URL: 'b', AWS_ENDPOINT_URL_S3: '' }), 'AWS_ENDPOINT_URL must be')
})

t.test('one message names every bad setting, what it must be and what it is', async t => {
  const bad = served.filter(row => row.bad !== undefined)
  const byVariable = refusal(t, Object.fromEntries(bad.map(row => [row.variables[0]!, row.bad!])))
  const byFlag = refusal(
    t,
    {},
    bad.flatMap(row => [row.flag, row.bad!]),
  )
  for (const { variables, flag, bad: value } of bad) {
    t.match(byVariable, `${variables[0]} must be`)
    t.match(byFlag, `${flag} must be`)
    if (!['ACCESS_KEYS', 'CONTROL_TOKEN'].includes(variables[0]!)) t.match(byVariable, JSON.stringify(value))
  }
  t.match(refusal(t, { PORT: 'x', SEED: 'x' }, ['--region', 'Y']), /PORT.*\n.*--region.*\n.*SEED/)
})

for (const text of ['abc', '-1', '1.5', '1e3', '0x10', ' 80', '65536']) {
  t.test(`${JSON.stringify(text)} is no port`, async t => {
    t.match(
      refusal(t, { PORT: text }),
      `PORT must be a whole number from 0 to 65535; got ${JSON.stringify(text)}`,
    )
  })
}

for (const bad of ['', ' ', 'a b', 'a/b', 'http://127.0.0.1']) {
  t.test(`${JSON.stringify(bad)} is no host`, async t => {
    const message = `must be an address, or the name of one, such as 127.0.0.1, 0.0.0.0 or localhost; got ${JSON.stringify(bad)}`
    t.match(refusal(t, {}, ['--host', bad]), `--host ${message}`)
    t.throws(() => configOf({ host: bad }), {
      message: `pinpoint-local cannot start, as these settings are wrong:\n  host ${message}`,
    })
  })
}

t.test('a data folder without a name stops the start, and nothing is left', async t => {
  const message = 'must be the path of a folder; got ""'
  t.match(
    refusal(t, {}, ['--data-dir', '', '--port', 'x']),
    /--port must be .*\n {2}--data-dir must be the path of a folder; got ""/,
  )
  t.throws(() => configOf({ dataDir: '' }), {
    message: `pinpoint-local cannot start, as these settings are wrong:\n  dataDir ${message}`,
  })
  const { code, stderr } = await runMain(t, {}, ['--data-dir='])
  t.match({ code, stderr }, { code: 1, stderr: `  --data-dir ${message}\n` })
  for (const file of ['pinpoint.db', 'pinpoint.lock']) t.notOk(existsSync(file), file)
})

for (const bad of ['hush', ':hush', 'a:', 'a:hush,', 'a:hush,a:hush2', 'a b:hush', 'a/b:hush', 'a:hu sh']) {
  t.test(`${JSON.stringify(bad)} are no access keys, and nobody is shown them`, async t => {
    const message = refusal(t, { ACCESS_KEYS: bad })
    t.match(
      message,
      /ACCESS_KEYS must be pairs such as id:secret,id:secret, each id once and without a slash; got a value that/,
    )
    t.notMatch(message, 'hu')
    t.notMatch(refusal(t, {}, ['--access-keys', bad]), 'hu')
  })
}

for (const bad of [
  'null',
  'https://',
  'https://a/b',
  'https://a?b',
  'https://u@a',
  'a, https://a',
  'https://a,',
  '//a',
]) {
  t.test(`${JSON.stringify(bad)} is no list of origins`, async t => {
    const message =
      /ALLOWED_ORIGINS must be web origins such as https:\/\/app\.example\.com, or \*, with commas between them/
    t.match(refusal(t, { ALLOWED_ORIGINS: bad }), message)
  })
}

t.test('the S3 endpoint must not be the emulator itself', async t => {
  const itself: [Record<string, string>, string[]][] = [
    [{ AWS_ENDPOINT_URL: 'http://127.0.0.1:7467' }, []],
    [{ AWS_ENDPOINT_URL_S3: 'http://localhost:7467/' }, []],
    [{ AWS_ENDPOINT_URL: 'http://[::1]:9999', PORT: '9999' }, []],
    [{ HOST: '0.0.0.0' }, ['--s3-endpoint', 'http://localhost:8080', '--port', '8080']],
    [{ AWS_ENDPOINT_URL: 'http://localhost', PORT: '80' }, []],
    [{ AWS_ENDPOINT_URL: 'http://192.0.2.7:7467', HOST: '192.0.2.7' }, []],
    [{ AWS_ENDPOINT_URL: 'http://0.0.0.0:7467', HOST: '0.0.0.0' }, []],
  ]
  for (const [env, argv] of itself) {
    t.match(
      refusal(t, env, argv),
      /S3 endpoint .* must not be this emulator itself/,
      JSON.stringify([env, argv]),
    )
  }
  t.match(refusal(t, itself[0]![0]), 'AWS_ENDPOINT_URL_PINPOINT', 'and says what to set instead')
  t.ok(loadConfig({ AWS_ENDPOINT_URL: 'http://127.0.0.1:9000' }, []), 'another port is another server')
  t.ok(loadConfig({ AWS_ENDPOINT_URL: 'http://minio:7467' }, []), 'another host as well')
})

t.test(`the SDK's own variables sign requests to an S3 endpoint`, async t => {
  const keys = { AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'secret' }
  t.strictSame(loadConfig(keys, []).s3Credentials, { accessKeyId: 'id', secretAccessKey: 'secret' })
  t.match(loadConfig({ ...keys, AWS_SESSION_TOKEN: 'token' }, []).s3Credentials, { sessionToken: 'token' })
  t.type(loadConfig({ AWS_ACCESS_KEY_ID: 'id' }, []).s3Credentials.accessKeyId, 'string')
})

t.test('--help prints every setting with its flag, variable and default', async t => {
  const { code, stdout, stderr } = await runMain(t, {}, ['--help'])
  t.match({ code, stderr }, { code: 0, stderr: '' })
  for (const line of stdout.split('\n')) t.ok(line.length <= 80, `fits 80 columns: ${line}`)
  t.match(stdout.replace(/\s+/g, ' '), 'as PINPOINT_LOCAL_PORT, is read as well, and wins over <NAME>')
  // Each option begins a line of its own and may run over several.
  const options = stdout.split(/\n(?= {2}-)/).map(option => option.replace(/\s+/g, ' ').trim())
  const shown: [flag: string, variables: string[], byDefault: string | undefined][] = [
    ...served.map(
      row => [row.flag, row.variables, defaultShown(row)] as [string, string[], string | undefined],
    ),
  ]
  for (const [flag, variables, byDefault] of shown) {
    const option = options.find(option => option.startsWith(`${flag} `))
    t.ok(option, flag)
    for (const variable of variables) t.match(option, new RegExp(`\\b${variable}\\b`))
    if (byDefault !== undefined) t.match(option, new RegExp(`default:? ${byDefault}`))
  }
})

function defaultShown({ name, default: byDefault }: Row): string | undefined {
  if (name === 'quotas') return 'off'
  if (name === 'console') return 'on'
  if (name === 's3ForcePathStyle') return 'true with an endpoint'
  if (name === 'logFormat') return 'pretty on a terminal, else json'
  return byDefault === undefined ? undefined : String(byDefault)
}

t.test('--version prints the version and nothing else', async t => {
  t.match(await runMain(t, {}, ['--version']), { code: 0, stdout: `${version}\n`, stderr: '' })
})

for (const [what, argv, named] of [
  ['a flag that does not exist', ['--colour', 'red'], '--colour'],
  ['a flag without its value', ['--port'], '--port'],
  ['a command that does not exist', ['dance'], 'dance'],
  ['a second command', ['serve', 'twice'], /too many|twice/],
] as const) {
  t.test(`${what} stops the start and is named`, async t => {
    const { code, stdout, stderr } = await runMain(t, { EPHEMERAL: 'true' }, [...argv])
    t.equal(code, 1)
    t.equal(stdout, '')
    t.match(stderr, named)
    t.notMatch(stderr, /\n\s+at /, 'no stack')
  })
}

t.test('the endpoint that is the emulator itself is named beside every other bad setting', async t => {
  const message = refusal(t, { LOG_LEVEL: 'loud', AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:7467' })
  t.match(message, 'LOG_LEVEL must be one of')
  t.match(message, 'must not be this emulator itself')
})

t.test('a command that is not there, or comes too late, is named', async t => {
  t.match(refusal(t, {}, ['dance']), 'there is no command dance: the commands are serve, import and render')
  t.match(refusal(t, {}, ['--port', '0', 'import', 'users.csv']), 'come before all flags')
  t.match(refusal(t, {}, ['serve', 'users.csv']), 'serve takes flags alone; got users.csv')
})
