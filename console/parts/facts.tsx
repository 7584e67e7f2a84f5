import type { ComponentChildren } from 'preact'

/** Names and values; those without a value are left out. */
export const Facts = ({ of }: { of: [name: string, value: ComponentChildren][] }) => (
  <dl class="facts">
    {of.map(([name, value]) =>
      value === undefined || value === null || value === '' || value === false ? null : (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ),
    )}
  </dl>
)
