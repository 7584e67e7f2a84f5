import { emulatorUrl } from '../../api/calls.ts'
import { clientVariables } from '../../parts/aws-line.ts'
import { CodeLine } from '../../parts/code-line.tsx'
import { Section } from '../../parts/page.tsx'
import { anyRole } from '../../upload/run.ts'
import { TrySixRows } from '../../upload/six-rows.tsx'
import { Zone } from '../../upload/zone.tsx'

/** What to do on a first visit. */
export const FirstVisit = () => (
  <>
    <Zone title="Drop a file anywhere on this page">
      <TrySixRows />
    </Zone>
    <Section title="Or by the AWS CLI">
      <CodeLine text={cliLines()} />
      <p class="hint">
        <code>s3://demo/users.csv</code> is the file <code>demo/users.csv</code> in the folder that S3_DIR
        names. SDKs need no more than the same variables. What they do appears here as it happens.
      </p>
    </Section>
    <Section title="What happens then">
      <ul class="steps">
        <li>
          A file is imported into an application, “demo” if there is none: you see its first rows before, and
          each line that failed after.
        </li>
        <li>
          Messages that your code sends are in the <a href="outbox">outbox</a>, and leave the emulator never.
        </li>
        <li>
          Every call of Pinpoint’s API is in the list of <a href="requests">requests</a>.
        </li>
      </ul>
    </Section>
  </>
)

/** Lines that create an application, and import an object of a bucket into it. */
const cliLines = () => `${clientVariables(emulatorUrl)}
APP=$(aws pinpoint create-app --create-application-request Name=demo --query ApplicationResponse.Id --output text)
aws pinpoint create-import-job --application-id $APP --import-job-request Format=CSV,S3Url=s3://demo/users.csv,RoleArn=${anyRole}`
