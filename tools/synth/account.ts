/** The account that the graph believes to be deployed into. */
export const account = {
  id: '123456789012',
  region: 'us-east-1',
} as const

/** @param rest what follows the account, e.g. `table/Events` */
export function arn(service: string, rest: string): string {
  return `arn:aws:${service}:${account.region}:${account.id}:${rest}`
}

/** Of a service that knows no regions. */
export function globalArn(service: string, rest: string): string {
  return `arn:aws:${service}::${account.id}:${rest}`
}
