import { Table } from './table.tsx'

/** Names and values of headers. */
export const Headers = ({
  headers,
  caption,
}: {
  headers: readonly { name: string; value: string }[]
  caption: string
}) => (
  <Table
    caption={caption}
    columns={[
      { head: 'Header', cell: ({ name }) => name },
      { head: 'Value', wide: true, cell: ({ value }) => <span title={value}>{value}</span> },
    ]}
    rows={headers.map((header, index) => ({ ...header, index }))}
    keyOf={({ index }) => String(index)}
  />
)
