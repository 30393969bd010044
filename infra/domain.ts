import { httpAccess, logging } from './access-log'
import { api } from './api'
import { domain } from './settings'

/**
 * The API has a name of one's own here. Function URLs cannot have one; API Gateway hands on the
 * same events, and the address of the sender with them, which CloudFront would hide.
 */
export const door = domain ? named(domain) : undefined

function named({ name, zone }: NonNullable<typeof domain>) {
  const gateway = new sst.aws.ApiGatewayV2('Door', {
    domain: { name, dns: sst.aws.dns({ zone }) },
    cors: false, // the routes' own
    accessLog: { retention: '1 month' },
    transform: { stage: logging(httpAccess) },
  })
  gateway.route('$default', api.arn)
  return gateway
}
