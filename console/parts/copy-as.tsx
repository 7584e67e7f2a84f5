import { emulatorUrl } from '../api/calls.ts'
import { awsCli, curl, type PinpointCall, sdkModule } from './commands.ts'
import { CopyButton } from './copy.tsx'

/**
 * Buttons that copy a call of Pinpoint's API: as a line for the AWS CLI, for curl, and as code for
 * the AWS SDK for JavaScript. What is no operation is copied for curl alone.
 */
export function CopyAs(call: PinpointCall) {
  const forms: [name: string, text: string | undefined][] = [
    ['AWS CLI', awsCli(call, emulatorUrl)],
    ['curl', curl(call, emulatorUrl)],
    ['JavaScript', sdkModule(call, emulatorUrl)],
  ]
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for fields.
    <div class="copy-as" role="group" aria-label={`${call.method} ${call.path}`}>
      {forms.map(
        ([name, text]) =>
          text !== undefined && (
            <CopyButton key={name} text={text} label={`Copy as ${name}`}>
              {name}
            </CopyButton>
          ),
      )}
    </div>
  )
}
