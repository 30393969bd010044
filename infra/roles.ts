/** Lets one service take a role on, and nobody in the account. */
export function trustedBy(service: string) {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }],
  })
}
