import { useLayoutEffect, useRef } from 'preact/hooks'
import { get } from '../../api/calls.ts'
import { useLoaded } from '../../api/fetched.ts'
import { Icon } from '../../parts/icon.tsx'
import { Section } from '../../parts/page.tsx'
import { Loaded } from '../../parts/states.tsx'
import { arrival, to, withQuery } from '../../router.ts'
import { focusHeading } from '../../shell/focus.ts'
import type { DiffLine } from './diff.ts'
import { type Draft, type Kind, memberName, memberText, readMember } from './kinds.ts'
import { Lines } from './lines.tsx'
import type { Shown } from './shown.ts'

/** What has changed in one member; without lines, more than can be compared. */
interface Change {
  name: string
  lines: DiffLine[] | undefined
}

/** What the version that is shown says differently from another one. */
export function Compared({
  kind,
  name,
  from,
  template,
}: {
  kind: Kind
  name: string
  from: string
  template: Shown['template']
}) {
  const { Version: version = '1', LastModifiedDate: changed } = template
  const address = to`v1/templates/${name}/${kind.path}?version=${from}`
  const changes = useLoaded(`${address} ${version} ${changed}`, async (signal): Promise<Change[]> => {
    const [other, { compareTexts }] = await Promise.all([get<Draft>(address, signal), import('./diff.ts')])
    return kind.members.flatMap(member => {
      const [before, after] = [other, template].map(draft => memberText(readMember(draft, member) ?? ''))
      return before === after ? [] : [{ name: memberName(member), lines: compareTexts(before!, after!) }]
    })
  })
  const section = useRef<HTMLDivElement>(null)
  // The link is far below.
  // biome-ignore lint/correctness/useExhaustiveDependencies: at each other comparison.
  useLayoutEffect(() => {
    if (arrival.peek().by === 'link') focusHeading(section.current!.querySelector('h2'))
  }, [address, version])
  return (
    <div ref={section}>
      <Section
        title={`From version ${from} to version ${version}`}
        actions={
          <a class="button" href={withQuery({ with: undefined })}>
            <Icon name="x" />
            Close
          </a>
        }
      >
        <Loaded from={changes}>
          {changes =>
            changes.length === 0 ? (
              <p class="hint">Both say the same.</p>
            ) : (
              changes.map(({ name, lines }) => (
                <div key={name} class="source">
                  <div class="source-head">
                    <h3>{name}</h3>
                  </div>
                  {lines === undefined ? (
                    <p class="hint">They are too different to be compared line by line.</p>
                  ) : (
                    <Lines label={`Changes of ${name}`}>
                      {lines.map((line, index) => (
                        // biome-ignore lint/suspicious/noArrayIndexKey: a line has nothing but its place.
                        <DiffRow key={index} line={line} />
                      ))}
                    </Lines>
                  )}
                </div>
              ))
            )
          }
        </Loaded>
      </Section>
    </div>
  )
}

const classes = { '+': 'added', '-': 'removed', ' ': undefined, '…': 'left-out' }

const DiffRow = ({ line: { mark, text } }: { line: DiffLine }) => {
  const content = (
    <>
      <span class="line-number">{mark}</span>
      <code>{text}</code>
    </>
  )
  if (mark === '+') return <ins class={classes[mark]}>{content}</ins>
  if (mark === '-') return <del class={classes[mark]}>{content}</del>
  return <div class={classes[mark]}>{content}</div>
}
