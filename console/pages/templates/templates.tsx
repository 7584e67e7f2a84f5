import { useSignal } from '@preact/signals'
import { announce } from '../../announce.tsx'
import { call, emulatorUrl, get } from '../../api/calls.ts'
import { useLoaded } from '../../api/fetched.ts'
import { useReload } from '../../api/live.ts'
import type { TemplateResponse, TemplatesResponse } from '../../api/types.ts'
import { awsLine } from '../../parts/aws-line.ts'
import { CodeLine } from '../../parts/code-line.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { bound, SelectField, TextField } from '../../parts/fields.tsx'
import { SelectFilter, TextFilter } from '../../parts/filters.tsx'
import { ActionForm } from '../../parts/form.tsx'
import { Icon } from '../../parts/icon.tsx'
import { OpenButton } from '../../parts/open-button.tsx'
import { Page } from '../../parts/page.tsx'
import { type ListPage, PagedTable } from '../../parts/paged-table.tsx'
import { Empty } from '../../parts/states.tsx'
import type { Column } from '../../parts/table.tsx'
import { Time } from '../../parts/time.tsx'
import { go, place, to, withQuery } from '../../router.ts'
import { type Draft, kinds } from './kinds.ts'
import { JsonField, TemplateFields } from './template-form.tsx'

/** All message templates, by their names. */
export default function TemplatesPage() {
  const { query } = place.value
  const type = query.get('kind')?.toUpperCase() ?? ''
  const prefix = query.get('prefix') ?? ''
  const isNew = useSignal(false)
  const parameters = new URLSearchParams({
    'page-size': '100',
    ...(type && { 'template-type': type }),
    ...(prefix && { prefix }),
    ...(query.has('token') && { 'next-token': query.get('token')! }),
  })
  const page = useLoaded(
    `v1/templates?${parameters}`,
    async (signal): Promise<ListPage<TemplateResponse>> => {
      const { Item, NextToken } = await get<TemplatesResponse>(`v1/templates?${parameters}`, signal)
      return { items: Item, ...(NextToken !== undefined && { nextToken: NextToken }) }
    },
  )
  useReload(page.reload, ['template'])
  return (
    <Page
      title="Templates"
      ready={page.value !== undefined}
      actions={<OpenButton icon="plus" label="New template" opens={isNew} main />}
    >
      <search class="filters">
        <TextFilter name="prefix" label="Name begins with" />
        <SelectFilter
          name="kind"
          label="Kind"
          none="All kinds"
          choices={kinds.map(({ path, name }) => [path, name] as const)}
        />
      </search>
      <PagedTable
        page={{ ...page, list: `${type} ${prefix}` }}
        caption="Templates by name"
        columns={columns}
        keyOf={({ TemplateType, TemplateName }) => TemplateType + TemplateName}
        empty={
          prefix || type ? (
            <Empty icon="file-text" title="No template is like that">
              <p>
                <a href={withQuery({ prefix: undefined, kind: undefined })}>All templates</a>
              </p>
            </Empty>
          ) : (
            <NoTemplates />
          )
        }
      />
      {isNew.value && (
        <NewTemplate
          close={() => {
            isNew.value = false
          }}
        />
      )}
    </Page>
  )
}

const kindOf = (type: string) => kinds.find(kind => kind.type === type)!

const columns: Column<TemplateResponse>[] = [
  {
    head: 'Name',
    wide: true,
    cell: ({ TemplateName, TemplateType }) => (
      <a href={to`templates/${kindOf(TemplateType).path}/${TemplateName}`}>{TemplateName}</a>
    ),
  },
  {
    head: 'Kind',
    cell: ({ TemplateType }) => (
      <span class="channel">
        <Icon name={kindOf(TemplateType).icon} />
        {kindOf(TemplateType).name}
      </span>
    ),
  },
  { head: 'Active version', number: true, cell: ({ Version }) => Version ?? '-' },
  { head: 'Created', number: true, minor: true, cell: ({ CreationDate }) => <Time at={CreationDate} /> },
  { head: 'Changed', number: true, cell: ({ LastModifiedDate }) => <Time at={LastModifiedDate} /> },
]

const NoTemplates = () => (
  <Empty icon="file-text" title="No template yet">
    <p>
      Templates of e-mails, push notifications, SMS, voice and in-app messages appear here: you can look at
      their versions, and render them for any endpoint, but for in-app messages, which have no variables. Make
      one with the button above, or so:
    </p>
    <CodeLine
      text={awsLine(
        [
          ...['create-email-template', '--template-name', 'welcome'],
          ...['--email-template-request', JSON.stringify(example)],
        ],
        emulatorUrl,
      )}
    />
  </Empty>
)

const example = {
  Subject: 'Hi {{User.UserAttributes.FirstName}}',
  HtmlPart: '<p>Welcome, {{User.UserAttributes.FirstName}}!</p>',
  DefaultSubstitutions: '{"User.UserAttributes.FirstName":"there"}',
}

/** Asks what a new template is to say. */
function NewTemplate({ close }: { close: () => void }) {
  const path = useSignal('email')
  const name = useSignal('')
  const draft = useSignal<Draft>({})
  const kind = kinds.find(kind => kind.path === path.value)!
  const create = async () => {
    await call('POST', to`v1/templates/${name.value}/${kind.path}`, { body: draft.value })
    announce(`The template ${name.value} is created.`)
    go(to`templates/${kind.path}/${name.value}`)
  }
  return (
    <Dialog title="New template" wide asks close={close}>
      <ActionForm
        does={create}
        label="Create the template"
        more={
          <button type="button" class="button" onClick={close}>
            Cancel
          </button>
        }
      >
        <div class="form-row">
          <SelectField
            label="Kind"
            value={path.value}
            change={value => {
              path.value = value
              draft.value = {}
            }}
            choices={kinds.map(({ path, name }) => [path, name] as const)}
          />
          <TextField label="Name" required maxLength={128} autocomplete="off" {...bound(name)} />
        </div>
        <TemplateFields
          key={kind.path}
          kind={kind}
          draft={draft.value}
          change={value => {
            draft.value = value
          }}
        />
        <JsonField
          label="Tags, as JSON"
          hint='{"team": "growth"}'
          value={undefined}
          change={tags => {
            const { tags: _, ...others } = draft.value
            draft.value = tags === undefined ? others : { ...others, tags }
          }}
        />
      </ActionForm>
    </Dialog>
  )
}
