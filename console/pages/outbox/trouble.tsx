import type { OutboxMessage } from '../../api/types.ts'
import { Icon } from '../../parts/icon.tsx'
import { lookOf } from '../../parts/status.tsx'
import { templateAddress } from './message-facts.tsx'

/** Why a message has reached nobody, or what it lacks. */
export function Trouble({ message }: { message: OutboxMessage }) {
  const { status, statusCode, statusMessage, renderingFailure, missingVariables = [], notCalled } = message
  const template = templateAddress(message)
  const inTemplate = template && <a href={template}>Look at the template</a>
  return (
    <>
      {status !== 'SUCCESSFUL' && (
        <div class={`trouble-box tone-${lookOf(status).tone}`} role="note">
          <Icon name={lookOf(status).icon} />
          <div>
            <p>{statusMessage || 'No reason was answered.'}</p>
            <p class="meta">
              Answered as {status} {statusCode}. The recipient got nothing.
            </p>
          </div>
        </div>
      )}
      {renderingFailure !== undefined && (
        <div class="trouble-box tone-fail" role="note">
          <Icon name="circle-x" />
          <div>
            <p>{renderingFailure}</p>
            <p class="meta">
              It does not render, so the recipient got nothing
              {status === 'SUCCESSFUL' && ', although the call was answered as SUCCESSFUL, as Pinpoint does'}.{' '}
              {inTemplate}
            </p>
          </div>
        </div>
      )}
      {missingVariables.length > 0 && (
        <div class="trouble-box tone-warn" role="note">
          <Icon name="triangle-alert" />
          <div>
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
          </div>
        </div>
      )}
      {notCalled !== undefined && (
        <div class="trouble-box tone-warn" role="note">
          <Icon name="triangle-alert" />
          <div>
            <p>{notCalled}</p>
          </div>
        </div>
      )}
    </>
  )
}
