import {
  ChannelType,
  GetEmailTemplateCommand,
  type MessageConfiguration,
  SendMessagesCommand,
  SendOTPMessageCommand,
  UpdateEmailChannelCommand,
  UpdateSmsChannelCommand,
} from '@aws-sdk/client-pinpoint'
import t from 'tap'
import { controlOf } from '../support/control.ts'
