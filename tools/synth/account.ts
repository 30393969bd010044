/** The graph believes that it is deployed into this account. */
export const account = {
  id: '123456789012',
  region: 'us-east-1',
} as const

/** Returns an ARN. @param rest the part after the account, e.g. `table/Events` */
export function arn(service: string, rest: string): string {
  return `arn:aws:${service}:${account.region}:${account.id}:${rest}`
}

/** Returns an ARN of a service that has no regions. */
export function globalArn(service: string, rest: string): string {
  return `arn:aws:${service}::${account.id}:${rest}`
}
