import {
  existingFolder,
  existingPath,
  hostName,
  httpUrl,
  keyPairs,
  list,
  matching,
  oneOf,
  onOrOff,
  smtpUrl,
  webOrigin,
  wholeNumber,
  yesOrNo,
} from './setting-values.ts'

/** Everything that can be set; the names are the contract's. */
export interface Config {
  port: number
  host: string
  dataDir: string
  ephemeral: boolean
  s3Dir: string | undefined
  s3Endpoint: string | undefined
  s3AllowAws: boolean
  /** Undefined: as it suits, true with an endpoint. */
  s3ForcePathStyle: boolean | undefined
  region: string
  accountId: string
  jobStateDelayMs: number
  pieceBytes: number
  maxRunningImports: number
  quotas: boolean
  preflight: 'strict' | 'off'
  /** Secrets by the ids of their keys; undefined: signatures are not checked. */
  accessKeys: ReadonlyMap<string, string> | undefined
  /** Names that a Host header may have, beside the usual ones, in lower case; `*` for any. */
  allowedHosts: ReadonlySet<string> | undefined
  /** Web origins that may call, beside loopback's, as browsers write them; `*` for any. */
  allowedOrigins: ReadonlySet<string> | undefined
  /** What opens the control API; undefined: nothing is needed, unless there are access keys. */
  controlToken: string | undefined
  /** A JSON file or a folder of them. */
  seed: string | undefined
  /** How many messages the outbox keeps, the latest. */
  outboxLimit: number
  /** The code of every one-time password; undefined: random ones. */
  otpCode: string | undefined
  /** What a template variable without a value does: fail the rendering, or leave a blank. */
  missingVariables: 'fail' | 'blank'
  /** Whether the web console is served. */
  console: boolean
  /** Hosts that hooks and custom channels may call, beside loopback's, in lower case; `*` for any. */
  hookHosts: ReadonlySet<string> | undefined
  /** Where Lambda functions are called; undefined: they are not. */
  lambdaEndpoint: string | undefined
  /** The mail server that gets the e-mails of the outbox; undefined: none. May have a password. */
  smtpUrl: string | undefined
  /** Where the event streams of Kinesis are put; undefined: they are not. */
  kinesisEndpoint: string | undefined
  /** The same for those of Firehose. */
  firehoseEndpoint: string | undefined
  logLevel: string
  /** Undefined: pretty on a terminal, else json. */
  logFormat: 'pretty' | 'json' | undefined
  /** What signs requests to an S3 endpoint: the SDK's own variables, else a pair that means nothing. */
  s3Credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string }
  /** Whether it keeps the process alive that has nothing else to do; an option of `startPinpoint` alone. */
  keepProcessAlive: boolean
}

/** One setting: where it comes from, what it means, and how its text is read. */
export interface Setting<T = unknown> {
  /** Their usual names; `variablesOf` has all of them. */
  variables: string[]
  flag: string
  /** Shown after the flag; a flag without one may stand alone and then means true. */
  argument?: string
  /** Text that counts where nothing is set. */
  default?: string
  meaning: string
  /** Gives the value, or throws a sentence that says what it must be. */
  read: (text: string) => T
  /** Its text is shown to nobody. */
  isSecret?: true
  /** Its text is a URL: messages mask the user and password in it. */
  isUrl?: true
  /** The text of a value that is given as such, where JavaScript's own is another. */
  write?: (value: unknown) => string
}

/** What is set otherwise than by the table of settings. */
export type NoSettings = Pick<Config, 's3Credentials' | 'keepProcessAlive'>

/** The type of the table. */
export type Settings = { [Name in keyof Omit<Config, keyof NoSettings>]: Setting<NonNullable<Config[Name]>> }

/** The parts that all settings have in common that are on or off. */
const onOff = {
  argument: 'on|off',
  read: onOrOff,
  write: (isOn: unknown) => (isOn === true ? 'on' : 'off'),
}

export const settings: Settings = {
  port: {
    variables: ['PORT'],
    flag: '--port',
    argument: 'number',
    default: '7467',
    meaning: '0 takes any free port',
    read: wholeNumber(0, 65_535),
  },
  host: {
    variables: ['HOST'],
    flag: '--host',
    argument: 'address',
    default: '127.0.0.1',
    meaning: 'the address to listen on',
    read: matching(/^[^\s/]+$/, 'an address, or the name of one, such as 127.0.0.1, 0.0.0.0 or localhost'),
  },
  dataDir: {
    variables: ['DATA_DIR'],
    flag: '--data-dir',
    argument: 'folder',
    default: '.pinpoint-local',
    meaning: 'holds pinpoint.db, the SQLite file',
    read: matching(/./s, 'the path of a folder'),
  },
  ephemeral: {
    variables: ['EPHEMERAL'],
    flag: '--ephemeral',
    default: 'false',
    meaning: 'a data folder in the temp directory instead, removed at exit',
    read: yesOrNo,
  },
  s3Dir: {
    variables: ['S3_DIR'],
    flag: '--s3-dir',
    argument: 'folder',
    meaning: 'a folder whose sub-folders are buckets',
    read: existingFolder,
  },
  s3Endpoint: {
    variables: ['AWS_ENDPOINT_URL_S3', 'AWS_ENDPOINT_URL'],
    flag: '--s3-endpoint',
    argument: 'url',
    meaning: 'the S3-compatible endpoint (MinIO, LocalStack, …) for buckets that are no such folder',
    read: httpUrl,
    isUrl: true,
  },
  s3AllowAws: {
    variables: ['S3_ALLOW_AWS'],
    flag: '--s3-allow-aws',
    default: 'false',
    meaning: 'with no endpoint set, read from AWS S3, which is never called without this',
    read: yesOrNo,
  },
  s3ForcePathStyle: {
    variables: ['S3_FORCE_PATH_STYLE'],
    flag: '--s3-force-path-style',
    meaning: 'the bucket in the path and not in the host name (default: true with an endpoint)',
    read: yesOrNo,
  },
  region: {
    variables: ['AWS_REGION'],
    flag: '--region',
    argument: 'name',
    default: 'us-east-1',
    meaning: 'for requests that carry no credential scope, and for S3',
    read: matching(/^[a-z0-9-]+$/, 'a region such as us-east-1'),
  },
  accountId: {
    variables: ['ACCOUNT_ID'],
    flag: '--account-id',
    argument: 'digits',
    default: '123456789012',
    meaning: 'in ARNs and ExternalId; a 12-digit access key id overrides it per request',
    read: matching(/^\d{12}$/, '12 digits'),
  },
  jobStateDelayMs: {
    variables: ['JOB_STATE_DELAY_MS'],
    flag: '--job-state-delay-ms',
    argument: 'ms',
    default: '0',
    meaning: 'how long a job rests in each state',
    read: wholeNumber(0, 86_400_000),
  },
  pieceBytes: {
    variables: ['PIECE_BYTES'],
    flag: '--piece-bytes',
    argument: 'bytes',
    default: '1048576',
    meaning: 'size of a piece',
    read: wholeNumber(1, 1_073_741_824),
  },
  maxRunningImports: {
    variables: ['MAX_RUNNING_IMPORTS'],
    flag: '--max-running-imports',
    argument: 'number',
    default: '2',
    meaning: 'further jobs wait as PENDING_JOB; as many exports may run beside them',
    read: wholeNumber(1, 1000),
  },
  quotas: {
    variables: ['QUOTAS'],
    flag: '--quotas',
    default: 'off',
    meaning:
      "enforces Pinpoint's published quotas of an account (request rates, import size, how much there is) with its 429 and 400 answers",
    ...onOff,
  },
  preflight: {
    variables: ['PREFLIGHT'],
    flag: '--preflight',
    argument: 'strict|off',
    default: 'off',
    meaning:
      'strict: calls check what Pinpoint checks before they answer (objects of imports, web hooks), and refuse with 400',
    read: oneOf('strict', 'off'),
  },
  accessKeys: {
    variables: ['ACCESS_KEYS'],
    flag: '--access-keys',
    argument: 'id:secret,…',
    meaning: 'requests must be signed with one of these keys, by Signature Version 4 (default: not checked)',
    read: keyPairs,
    isSecret: true,
  },
  allowedHosts: {
    variables: ['ALLOWED_HOSTS'],
    flag: '--allowed-hosts',
    argument: 'name,…',
    meaning: "names beside the usual ones that a request's Host may have; * for any",
    read: list(hostName, 'host names such as pinpoint.example.com, or *'),
  },
  allowedOrigins: {
    variables: ['ALLOWED_ORIGINS'],
    flag: '--allowed-origins',
    argument: 'origin,…',
    meaning: "web origins beside loopback's whose pages may call; * for any",
    read: list(webOrigin, 'web origins such as https://app.example.com, or *'),
  },
  controlToken: {
    variables: ['CONTROL_TOKEN'],
    flag: '--control-token',
    argument: 'token',
    meaning: 'control calls must carry it: Authorization: Bearer <token> (default: none is needed)',
    read: matching(/^[\x21-\x7e]+$/, 'a text of ASCII characters, without spaces'),
    isSecret: true,
  },
  seed: {
    variables: ['SEED'],
    flag: '--seed',
    argument: 'path',
    meaning: 'a JSON file, or a folder of them, to start with',
    read: existingPath,
  },
  outboxLimit: {
    variables: ['OUTBOX_LIMIT'],
    flag: '--outbox-limit',
    argument: 'number',
    default: '10000',
    meaning: 'how many messages the outbox keeps, the latest',
    read: wholeNumber(1, 100_000_000),
  },
  otpCode: {
    variables: ['OTP_CODE'],
    flag: '--otp-code',
    argument: 'digits',
    meaning: 'the code of every one-time password, instead of a random one',
    read: matching(/^\d{5,8}$/, '5 to 8 digits'),
  },
  missingVariables: {
    variables: ['MISSING_VARIABLES'],
    flag: '--missing-variables',
    argument: 'fail|blank',
    default: 'fail',
    meaning: 'what a template variable without a value does: fail, or leave a blank',
    read: oneOf('fail', 'blank'),
  },
  console: {
    variables: ['CONSOLE'],
    flag: '--console',
    default: 'on',
    meaning: 'off: the web console is not served',
    ...onOff,
  },
  hookHosts: {
    variables: ['HOOK_HOSTS'],
    flag: '--hook-hosts',
    argument: 'name,…',
    meaning: "hosts beside loopback's that campaign hooks and custom channels may call; * for any",
    read: list(hostName, 'host names such as hooks.example.com, or *'),
  },
  lambdaEndpoint: {
    variables: ['AWS_ENDPOINT_URL_LAMBDA'],
    flag: '--lambda-endpoint',
    argument: 'url',
    meaning:
      'where Lambda functions of hooks, custom channels and recommenders are called (sam local, LocalStack)',
    read: httpUrl,
    isUrl: true,
  },
  smtpUrl: {
    variables: ['SMTP_URL'],
    flag: '--smtp-url',
    argument: 'url',
    meaning: 'a mail server (Mailpit, MailHog, …) that gets each e-mail that is accepted',
    read: smtpUrl,
    isUrl: true,
  },
  kinesisEndpoint: {
    variables: ['AWS_ENDPOINT_URL_KINESIS'],
    flag: '--kinesis-endpoint',
    argument: 'url',
    meaning:
      'a Kinesis (kinesalite, LocalStack, …) whose streams get events; without it they are recorded only',
    read: httpUrl,
    isUrl: true,
  },
  firehoseEndpoint: {
    variables: ['AWS_ENDPOINT_URL_FIREHOSE'],
    flag: '--firehose-endpoint',
    argument: 'url',
    meaning: 'a Firehose whose delivery streams get events; without it they are recorded only',
    read: httpUrl,
    isUrl: true,
  },
  logLevel: {
    variables: ['LOG_LEVEL'],
    flag: '--log-level',
    argument: 'level',
    default: 'info',
    meaning: 'fatal, error, warn, info, debug, trace or silent',
    read: oneOf('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'),
  },
  logFormat: {
    variables: ['LOG_FORMAT'],
    flag: '--log-format',
    argument: 'format',
    meaning: 'pretty or json (default: pretty on a terminal, else json)',
    read: oneOf('pretty', 'json'),
  },
}

/** Begins the variables that are meant for this program alone. */
export const ownPrefix = 'PINPOINT_LOCAL_'

/**
 * The environment variables of a setting; the first that is set counts. Bare names such as HOST are easily
 * inherited from what is meant for another program.
 */
export const variablesOf = ({ variables }: Setting): string[] => [
  ...variables.map(name => ownPrefix + name),
  ...variables,
]

/** The table of settings, by their names as options. */
export const allSettings: Readonly<Record<string, Setting>> = settings
