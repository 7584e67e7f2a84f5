import { useMemo } from 'preact/hooks'
import { type FetchedPage, type ListPage, useListPage } from './paged-table.tsx'

/** A list as Pinpoint's own operations answer it. */
interface ItemPage<Row> {
  Item: Row[]
  NextToken?: string
}

/** `usePage` for a list of one of Pinpoint's own operations. */
export function useItemPage<Row>(address: string | undefined): FetchedPage<ListPage<Row>> {
  const fetched = useListPage<ItemPage<Row>>(address, ({ NextToken }) => NextToken)
  // The same object for the same answer.
  const value = useMemo(() => fetched.value && toListPage(fetched.value), [fetched.value])
  return { ...fetched, value }
}

const toListPage = <Row>({ Item, NextToken }: ItemPage<Row>): ListPage<Row> => ({
  items: Item,
  ...(NextToken !== undefined && { nextToken: NextToken }),
})
