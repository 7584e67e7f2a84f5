import type { SegmentResponse } from '../../server/model/segment.ts'
import { emulatorUrl } from '../api/calls.ts'
import { useFetched } from '../api/fetched.ts'
import { to } from '../router.ts'
import { awsLine, variableLine } from './aws-line.ts'
import { CodeLine } from './code-line.tsx'

/**
 * An example for the AWS CLI that needs a segment: it takes the application's newest one, and creates
 * one first if there is none.
 *
 * @param words makes the command and its options, given the id of the segment
 */
export function SegmentExample({ app, words }: { app: string; words: (segment: string) => string[] }) {
  const newest = useFetched<{ Item: SegmentResponse[] }>(to`v1/apps/${app}/segments?page-size=1`)
  if (newest.value === undefined) return null
  const [segment] = newest.value.Item
  if (segment !== undefined) return <CodeLine text={awsLine(words(segment.Id), emulatorUrl)} />
  const create = [
    ...['create-segment', '--application-id', app],
    ...['--write-segment-request', JSON.stringify({ Name: 'everyone' })],
  ]
  const lines = [
    variableLine('SEGMENT', create, 'SegmentResponse.Id', emulatorUrl),
    awsLine(words('$SEGMENT'), emulatorUrl, 'SEGMENT'),
  ]
  return <CodeLine text={lines.join('\n')} />
}
