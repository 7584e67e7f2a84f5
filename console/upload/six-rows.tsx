import { ActionButton } from '../parts/form.tsx'
import { go, to } from '../router.ts'
import { createApplication, sixRows } from './files.ts'
import { anyRole, importUploaded } from './run.ts'

const name = 'six-rows.csv'

/**
 * A button that imports six sample rows, one of them bad, and shows the job.
 *
 * @param app where to; a new application "demo" if there is none
 */
export const TrySixRows = ({ app }: { app?: string }) => (
  <ActionButton
    does={async () => {
      const target = app ?? (await createApplication('demo'))
      const file = new File([sixRows], name)
      const definition = {
        Format: 'CSV' as const,
        RoleArn: anyRole,
        DefineSegment: true,
        SegmentName: 'six rows',
      }
      const job = await importUploaded(target, [{ file, name }], definition, sixRows)
      if (job !== undefined) go(to`apps/${target}/import-jobs/${job.Id}`)
    }}
  >
    Try six rows
  </ActionButton>
)
