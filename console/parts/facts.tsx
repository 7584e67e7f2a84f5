import type { ComponentChildren } from 'preact'
import { FocusableTimes } from './time.tsx'

/** Names and values of one thing: pairs, or `Fact`s. */
export const Facts = ({
  of = [],
  children,
}: {
  of?: [name: string, value: ComponentChildren][]
  children?: ComponentChildren
}) => (
  <dl class="facts">
    {of.map(([name, value]) => (
      <Fact key={name} name={name}>
        {value}
      </Fact>
    ))}
    {children}
  </dl>
)

/** A name and its value; nothing where there is no value. */
export const Fact = ({ name, children }: { name: string; children: ComponentChildren }) =>
  children === undefined || children === null || children === '' || children === false ? null : (
    <div>
      <dt>{name}</dt>
      <dd>
        <FocusableTimes.Provider value={true}>{children}</FocusableTimes.Provider>
      </dd>
    </div>
  )
