import type { TObject } from '@sinclair/typebox'
import * as model from '../../model/template.ts'

/** A family of operations, on the templates of one type. */
export interface TemplateKind {
  type: model.TemplateType
  /** How the type is called in the names of the operations. */
  name: string
  /** How it is called in their paths. */
  path: string
  Request: TObject
  Response: TObject
}

/** Everything in which the operations on the five types of templates differ (source: model). */
export const templateKinds: readonly TemplateKind[] = [
  {
    type: 'EMAIL',
    name: 'Email',
    path: 'email',
    Request: model.EmailTemplateRequest,
    Response: model.EmailTemplateResponse,
  },
  {
    type: 'PUSH',
    name: 'Push',
    path: 'push',
    Request: model.PushNotificationTemplateRequest,
    Response: model.PushNotificationTemplateResponse,
  },
  {
    type: 'SMS',
    name: 'Sms',
    path: 'sms',
    Request: model.SMSTemplateRequest,
    Response: model.SMSTemplateResponse,
  },
  {
    type: 'VOICE',
    name: 'Voice',
    path: 'voice',
    Request: model.VoiceTemplateRequest,
    Response: model.VoiceTemplateResponse,
  },
  {
    type: 'INAPP',
    name: 'InApp',
    path: 'inapp',
    Request: model.InAppTemplateRequest,
    Response: model.InAppTemplateResponse,
  },
]
