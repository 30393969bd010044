import { httpAccess, stageWith } from './access-log'
import { api } from './api'
import { domain, doorKind, gatewayRequests } from './settings'

/**
 * The API has a name of one's own here. Function URLs cannot have one; API Gateway hands on the
 * same events, and the address of the sender with them. CloudFront has the name itself (`door.ts`).
 */
export const gateway =
  doorKind === 'cloudfront-private'
    ? gatewayWith({})
    : domain && doorKind === undefined
      ? gatewayWith({ domain: { name: domain.name, dns: sst.aws.dns({ zone: domain.zone }) } })
      : undefined

function gatewayWith(named: Pick<sst.aws.ApiGatewayV2Args, 'domain'>) {
  const made = new sst.aws.ApiGatewayV2('Door', {
    ...named,
    cors: false, // the routes' own
    accessLog: { retention: '1 month' },
    transform: { stage: stageWith(httpAccess, gatewayRequests) },
  })
  made.route('$default', api.arn)
  return made
}
