import { useSignal } from '@preact/signals'
import type { RenderAnswer } from '../../api/types.ts'
import { count } from '../../format.ts'
import { CopyButton } from '../../parts/copy.tsx'
import { Section } from '../../parts/page.tsx'
import { type Kind, type Member, memberName, memberText, readMember } from './kinds.ts'
import { Lines } from './lines.tsx'
import type { Shown } from './shown.ts'

type RenderError = RenderAnswer['errors'][number]

/** What a template says, member by member, with marks where it does not render. */
export function Source({
  kind,
  template,
  errors,
}: {
  kind: Kind
  template: Shown['template']
  errors: RenderError[]
}) {
  const members = kind.members.filter(
    member => !asFact.has(member.name) && readMember(template, member) !== undefined,
  )
  return (
    <Section title="Source">
      {members.length === 0 && <p class="hint">This version says nothing.</p>}
      {members.map(member => (
        <SourceText
          key={memberName(member)}
          name={memberName(member)}
          text={memberText(readMember(template, member))}
          errors={errors.filter(error => isOf(error, member, template))}
        />
      ))}
    </Section>
  )
}

/** Members that are shown among the facts. */
const asFact = new Set(['TemplateDescription', 'RecommenderId'])

/** The part of a message that a member is: `Subject` is `subject`. */
const partOf = (member: string): string =>
  ({ HtmlPart: 'html', TextPart: 'text' })[member] ?? member.charAt(0).toLowerCase() + member.slice(1)

/** An error of a preview; of a push template, with the member that its recipient gets. */
export interface PlacedError extends RenderError {
  of?: string
}

/** Whether an error is of a member: of Default only where the recipient's own member says nothing. */
function isOf({ part, of }: PlacedError, member: Member, template: Shown['template']): boolean {
  if (partOf(member.name) !== part) return false
  if (of === undefined || member.of === of) return true
  // An empty text counts as absent, as in the emulator.
  return member.of === 'Default' && !readMember(template, { ...member, of })
}

/** Lines that are shown at first. */
const shownAtFirst = 200

function SourceText({ name, text, errors }: { name: string; text: string; errors: RenderError[] }) {
  const all = useSignal(false)
  const lines = text.split(/\r\n|\r|\n/)
  const lastError = Math.max(0, ...errors.map(({ line }) => line))
  const shown = all.value ? lines : lines.slice(0, Math.max(shownAtFirst, lastError))
  return (
    <div class="source">
      <div class="source-head">
        <h3>{name}</h3>
        <CopyButton text={text} label={`Copy ${name}`} />
      </div>
      <Lines label={`Source of ${name}`}>
        {shown.map((line, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a line has nothing but its place.
          <SourceLine key={index} line={line} number={index + 1} errors={errors} />
        ))}
      </Lines>
      {shown.length < lines.length && (
        <button
          type="button"
          class="button"
          onClick={() => {
            all.value = true
          }}
        >
          Show all {count(lines.length)} lines
        </button>
      )}
    </div>
  )
}

/** A line with its number, and below it what is wrong in it, at its column. */
const SourceLine = ({ line, number, errors }: { line: string; number: number; errors: RenderError[] }) => {
  const here = errors.filter(error => error.line === number)
  return (
    <>
      <div class={here.length > 0 ? 'faulty' : undefined}>
        <span class="line-number" aria-hidden="true">
          {number}
        </span>
        <code>{line}</code>
      </div>
      {here.map(({ column, message }) => (
        <div key={column} class="fault">
          <span class="line-number" aria-hidden="true" />
          {/* As wide as what is before the place, tabs included. */}
          <code aria-hidden="true">{line.slice(0, column - 1).replaceAll(/[^\t]/g, ' ')}</code>
          <code>^ {message}</code>
        </div>
      ))}
    </>
  )
}
