import { badRequest } from '../http/errors/exceptions.ts'
import { isRoleArn } from '../model/arn.ts'

/** @throws BadRequestException for a RoleArn that is not the ARN of an IAM role */
export function checkRoleArn(RoleArn: string): void {
  if (isRoleArn(RoleArn)) return
  throw badRequest(
    `RoleArn must be the ARN of an IAM role, such as arn:aws:iam::123456789012:role/import; got ${JSON.stringify(RoleArn)}`,
  )
}
