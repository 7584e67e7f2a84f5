import type { FileCheck } from '../../api/types.ts'
import { bytes, count } from '../../format.ts'
import { Icon } from '../../parts/icon.tsx'
import { ErrorBox, Loading } from '../../parts/states.tsx'
import { Badge } from '../../parts/status.tsx'
import { type Column, Table } from '../../parts/table.tsx'

type Record = FileCheck['records'][number]

/** A file, and what an import would make of it. */
export const FilePreview = ({
  file,
  check,
  isOpen,
  retry,
  remove,
}: {
  file: File
  check: FileCheck | Error | undefined
  isOpen: boolean
  /** Has the file looked at again. */
  retry: () => void
  remove: (() => void) | undefined
}) => (
  <article class="card file" aria-label={file.name}>
    <header>
      <h3>{file.name}</h3>
      <span class="meta">{bytes(file.size)}</span>
      {check && 'format' in check && (
        <span class="meta">{check.format === 'CSV' ? 'CSV' : 'JSON, an object a line'}</span>
      )}
      {check && 'isGzip' in check && check.isGzip && <span class="meta">gzip</span>}
      {remove && (
        <button type="button" class="icon-button" aria-label={`Remove ${file.name}`} onClick={remove}>
          <Icon name="x" />
        </button>
      )}
    </header>
    {check === undefined ? (
      <Loading />
    ) : check instanceof Error ? (
      <ErrorBox error={check} retry={retry} />
    ) : (
      <>
        {check.problem !== undefined && <Problem check={check} />}
        {check.note !== undefined && <p class="hint">{sentence(check.note)}</p>}
        {check.records.length > 0 && (
          <details open={isOpen}>
            <summary>
              {check.records.length === 1 ? 'The first row' : `The first ${check.records.length} rows`}
            </summary>
            <Table
              caption={`The first rows of ${file.name}, as they will be read`}
              columns={columnsOf(check.records)}
              rows={check.records}
              keyOf={({ line }) => String(line)}
            />
          </details>
        )}
      </>
    )}
  </article>
)

/** Columns that are named: a file that is no CSV file may have thousands. */
const maxNamed = 10

/** Why a file cannot be imported; of a CSV file, which of its columns are the reason. */
const Problem = ({ check: { columns, problem } }: { check: FileCheck }) => {
  const bad = columns.filter(column => column.problem !== undefined)
  return (
    <div class="error-box" role="alert">
      <Icon name="circle-x" />
      <div>
        {bad.length === 0 ? (
          <p>{sentence(problem!)}</p>
        ) : (
          <>
            <p>
              {bad.length === 1 ? 'A column cannot be used' : `${bad.length} columns cannot be used`}, so
              nothing of the file would be imported. Rename {bad.length === 1 ? 'it' : 'them'} in its first
              line, or remove {bad.length === 1 ? 'it' : 'them'}, and drop the file again.
            </p>
            <ul class="problems">
              {bad.slice(0, maxNamed).map(({ name, problem }, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: names may be there twice.
                <li key={index}>
                  {sentence(problem!)}
                  {/^[\w ]{1,50}$/.test(name) && !/twice/.test(problem!) && (
                    <>
                      {' '}
                      For a value of your own, write <code>Attributes.{name}</code>.
                    </>
                  )}
                </li>
              ))}
            </ul>
            {bad.length > maxNamed && <p>And {count(bad.length - maxNamed)} more.</p>}
          </>
        )}
      </div>
    </div>
  )
}

const sentence = (text: string): string =>
  `${text[0]!.toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`

/** The line, what becomes of it, and the members that any of the records has. */
function columnsOf(records: Record[]): Column<Record>[] {
  const flat = new Map(records.map(record => [record, flatten(record.endpoint ?? {})]))
  const names = new Set([...flat.values()].flatMap(values => [...values.keys()]))
  return [
    { head: 'Line', number: true, cell: ({ line }) => line },
    { head: 'Import', cell: record => <Verdict record={record} /> },
    ...[...names].map(name => ({
      head: name,
      cell: (record: Record) => <span class="value">{flat.get(record)!.get(name) ?? ''}</span>,
    })),
  ]
}

const Verdict = ({ record: { reason, note, record } }: { record: Record }) =>
  reason !== undefined ? (
    <div class="read-as">
      <Badge tone="fail" icon="circle-x">
        refused
      </Badge>
      <p>{reason}</p>
      <code>{record.slice(0, 300)}</code>
    </div>
  ) : note !== undefined ? (
    <div class="read-as">
      <Badge tone="warn" icon="triangle-alert">
        depends
      </Badge>
      <p>{note}</p>
    </div>
  ) : (
    <Badge tone="done" icon="circle-check">
      good
    </Badge>
  )

/** The values of an endpoint by the names that a CSV file has for them. */
function flatten(value: object, path = '', found = new Map<string, string>()): Map<string, string> {
  for (const [name, member] of Object.entries(value)) {
    const at = path === '' ? name : `${path}.${name}`
    if (Array.isArray(member)) found.set(at, member.join(', '))
    else if (typeof member === 'object' && member !== null) flatten(member, at, found)
    else found.set(at, String(member))
  }
  return found
}
