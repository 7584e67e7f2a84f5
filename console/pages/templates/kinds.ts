import type { TemplateType } from '../../../server/model/template.ts'

/** A kind of templates. */
export interface Kind {
  /** As in paths of the API, and of the console. */
  path: string
  type: TemplateType
  name: string
  icon: string
  /** Its members that are texts or choices, in the order of a form. */
  members: Member[]
}

/** A member of a template, as a field of a form. */
export interface Member {
  name: string
  label: string
  /** `line` is a short text, `json` any other value than a text. */
  as: 'line' | 'text' | 'json' | readonly string[]
  hint?: string
  /** A member of this member of the template: those of push templates, for one service. */
  of?: string
}

const actions = ['OPEN_APP', 'DEEP_LINK', 'URL']
const pictures = ['ImageUrl', 'ImageIconUrl', 'SmallImageIconUrl']

/** What a push template says to one service; what is absent, it takes from Default. */
const service = (of: string, more: string[]): Member[] => [
  { of, name: 'Title', label: 'Title', as: 'line' },
  { of, name: 'Body', label: 'Body', as: 'text' },
  { of, name: 'Action', label: 'Action', as: actions },
  { of, name: 'Url', label: 'URL', as: 'line' },
  { of, name: 'Sound', label: 'Sound', as: 'line' },
  ...more.map((name): Member => ({ of, name, label: name, as: name === 'RawContent' ? 'text' : 'line' })),
]

const android = [...pictures, 'RawContent']

/** Members of every kind whose texts have variables. */
const ofVariables: Member[] = [
  {
    name: 'DefaultSubstitutions',
    label: 'Default substitutions',
    as: 'text',
    hint: 'Values for variables that have none: {"User.UserAttributes.FirstName": "there"}',
  },
]
const recommender: Member = { name: 'RecommenderId', label: 'Recommender id', as: 'line' }
const description: Member = { name: 'TemplateDescription', label: 'Description', as: 'line' }

/** The five kinds. */
export const kinds: Kind[] = [
  {
    path: 'email',
    type: 'EMAIL',
    name: 'E-mail',
    icon: 'mail',
    members: [
      { name: 'Subject', label: 'Subject', as: 'line' },
      { name: 'HtmlPart', label: 'HTML', as: 'text' },
      { name: 'TextPart', label: 'Text', as: 'text' },
      {
        name: 'Headers',
        label: 'Headers, as JSON',
        as: 'json',
        hint: '[{"Name": "List-Unsubscribe", "Value": "<https://example.com/>"}]',
      },
      ...ofVariables,
      recommender,
      description,
    ],
  },
  {
    path: 'push',
    type: 'PUSH',
    name: 'Push notification',
    icon: 'bell',
    members: [
      ...service('Default', []),
      ...service('APNS', ['MediaUrl', 'RawContent']),
      ...service('GCM', android),
      ...service('ADM', android),
      ...service('Baidu', android),
      ...ofVariables,
      recommender,
      description,
    ],
  },
  {
    path: 'sms',
    type: 'SMS',
    name: 'SMS',
    icon: 'message-square',
    members: [{ name: 'Body', label: 'Body', as: 'text' }, ...ofVariables, recommender, description],
  },
  {
    path: 'voice',
    type: 'VOICE',
    name: 'Voice',
    icon: 'phone',
    members: [
      { name: 'Body', label: 'Body', as: 'text' },
      { name: 'LanguageCode', label: 'Language', as: 'line', hint: 'Such as en-GB' },
      { name: 'VoiceId', label: 'Voice', as: 'line', hint: 'A voice of Amazon Polly, such as Amy' },
      ...ofVariables,
      description,
    ],
  },
  {
    path: 'inapp',
    type: 'INAPP',
    name: 'In-app',
    icon: 'smartphone',
    members: [
      {
        name: 'Layout',
        label: 'Layout',
        as: ['BOTTOM_BANNER', 'TOP_BANNER', 'OVERLAYS', 'MOBILE_FEED', 'MIDDLE_BANNER', 'CAROUSEL'],
      },
      {
        name: 'Content',
        label: 'Content, as JSON',
        as: 'json',
        hint: '[{"HeaderConfig": {"Alignment": "CENTER", "Header": "Sale", "TextColor": "#000000"}}]',
      },
      { name: 'CustomConfig', label: 'Custom data, as JSON', as: 'json', hint: '{"key": "value"}' },
      description,
    ],
  },
]

/** What a template says, by the names of its members; those of push templates are one deeper. */
export type Draft = Readonly<Record<string, unknown>>

/** The value of a member; undefined if it is not there. */
export function readMember(draft: Draft, { of, name }: Member): unknown {
  const holder = of === undefined ? draft : draft[of]
  return (holder as Draft | undefined)?.[name]
}

/** The template with another value of a member; undefined removes it. */
export function withMember(draft: Draft, { of, name }: Member, value: unknown): Draft {
  if (of === undefined) return set(draft, name, value)
  const inner = set((draft[of] ?? {}) as Draft, name, value)
  return set(draft, of, Object.keys(inner).length === 0 ? undefined : inner)
}

function set(holder: Draft, name: string, value: unknown): Draft {
  const { [name]: _, ...others } = holder
  return value === undefined ? others : { ...holder, [name]: value }
}

/** How a member is named among others: `Subject`, `APNS.Title`. */
export const memberName = ({ of, name }: Member): string => (of === undefined ? name : `${of}.${name}`)

/** A member as a text; JSON is on lines of its own. */
export const memberText = (value: unknown): string =>
  typeof value === 'string' ? value : JSON.stringify(value, null, 2)
