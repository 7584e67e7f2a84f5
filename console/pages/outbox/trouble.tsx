import type { OutboxMessage } from '../../api/types.ts'
import { lookOf } from '../../parts/status.tsx'
import { failed, lacking, TroubleBox } from '../../parts/trouble-box.tsx'
import { templateAddress } from './message-facts.tsx'

/** Why a message has reached nobody, or what it lacks. */
export function Trouble({ message }: { message: OutboxMessage }) {
  const { status, statusCode, statusMessage, renderingFailure, missingVariables = [], notCalled } = message
  const template = templateAddress(message)
  const inTemplate = template && <a href={template}>Look at the template</a>
  return (
    <>
      {status !== 'SUCCESSFUL' && (
        <TroubleBox look={lookOf(status)}>
          <p>{statusMessage || 'No reason was answered.'}</p>
          <p class="meta">
            Answered as {status} {statusCode}. The recipient got nothing.
          </p>
        </TroubleBox>
      )}
      {renderingFailure !== undefined && (
        <TroubleBox look={failed}>
          <p>{renderingFailure}</p>
          <p class="meta">
            It does not render, so the recipient got nothing
            {status === 'SUCCESSFUL' && ', although the call was answered as SUCCESSFUL, as Pinpoint does'}.{' '}
            {inTemplate}
          </p>
        </TroubleBox>
      )}
      {missingVariables.length > 0 && (
        <TroubleBox look={lacking}>
          <p>
            {missingVariables.length === 1 ? 'A variable has' : 'Variables have'} no value:{' '}
            {missingVariables.map((name, index) => (
              <>
                {index > 0 && ', '}
                <code key={name}>{`{{${name}}}`}</code>
              </>
            ))}
          </p>
          {inTemplate && <p class="meta">{inTemplate}</p>}
        </TroubleBox>
      )}
      {notCalled !== undefined && (
        <TroubleBox look={lacking}>
          <p>{notCalled}</p>
        </TroubleBox>
      )}
    </>
  )
}
