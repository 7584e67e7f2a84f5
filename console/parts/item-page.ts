import { useMemo } from 'preact/hooks'
import { type Fetched, useFetched } from '../api/fetched.ts'
import { type ListPage, pageAddress } from './paged-table.tsx'

/** A list as Pinpoint's own operations answer it. */
interface ItemPage<Row> {
  Item: Row[]
  NextToken?: string
}

/** `usePage` for a list of one of Pinpoint's own operations. */
export function useItemPage<Row>(address: string | undefined): Fetched<ListPage<Row>> {
  const fetched = useFetched<ItemPage<Row>>(address && pageAddress(address))
  // The same object for the same answer.
  const value = useMemo(() => fetched.value && toListPage(fetched.value), [fetched.value])
  return { ...fetched, value }
}

const toListPage = <Row>({ Item, NextToken }: ItemPage<Row>): ListPage<Row> => ({
  items: Item,
  ...(NextToken !== undefined && { nextToken: NextToken }),
})
