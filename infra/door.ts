import { edgeFunction, fromDoor, streamPaths } from '../src/platform/aws/deployed/door-headers'
import { api } from './api'
import { gateway } from './domain'
import { certificateOf, leadTo } from './door-name'
import { doorSecret } from './door-secret'
import { firewall } from './firewall'
import { domain, doorKind } from './settings'
import { stream } from './stream'

// Policies that CloudFront has for everybody: nothing is stored, and all of a request is sent on but its host, by
// which a function's URL is found ("Use managed origin request policies", CloudFront's guide).
const CACHING_DISABLED = '4135ea2d-6df8-44a3-9df3-4b5a84be39ad'
const ALL_BUT_THE_HOST = 'b689b0a8-53d0-40ab-baf2-68738e2966ac'

// CloudFront waits so long for the next bytes of an answer, at most ("Response timeout"): `api` has 29 s, and a stream
// says something every 15.
const ANSWERED_WITHIN_S = 60

const door = doorKind === undefined ? undefined : made(doorKind === 'cloudfront-private')

/**
 * CloudFront stands before the API, with a firewall, and is told from others by its secret. This is the address of the
 * API at the door; undefined where there is none.
 */
export const doorUrl = door?.url

/** CloudFront counts what it answers under this id. */
export const distributionId = door?.distribution.id

function made(isPrivate: boolean) {
  const control = isPrivate ? originAccess() : undefined
  const plain = edge('Door', false)
  const streaming = isPrivate ? edge('DoorStream', true) : plain
  const distribution = new aws.cloudfront.Distribution('DoorDistribution', {
    comment: `${$app.name} ${$app.stage}: the door of the API`,
    enabled: true,
    httpVersion: 'http2and3',
    isIpv6Enabled: true,
    origins: [
      origin('api', hostOf(gateway?.url ?? api.url)),
      origin('stream', hostOf(stream.url), control?.id),
    ],
    defaultCacheBehavior: behaviour('api', plain),
    orderedCacheBehaviors: streamPaths.map((pathPattern) => ({
      pathPattern,
      ...behaviour('stream', streaming),
    })),
    webAclId: firewall().arn,
    restrictions: { geoRestriction: { restrictionType: 'none' } },
    ...(domain && { aliases: [domain.name] }),
    viewerCertificate: domain
      ? {
          acmCertificateArn: certificateOf(domain),
          sslSupportMethod: 'sni-only',
          minimumProtocolVersion: 'TLSv1.2_2021',
        }
      : { cloudfrontDefaultCertificate: true },
    waitForDeployment: false, // every edge knows of it some minutes later
  })
  if (domain) leadTo(domain, distribution)
  if (isPrivate) letIn(distribution.arn)
  const url = domain
    ? $output(`https://${domain.name}`)
    : $interpolate`https://${distribution.domainName}`
  return { url, distribution }
}

function hostOf(url: $util.Input<string>) {
  return $output(url).apply((text) => new URL(text).host)
}

function origin(originId: string, domainName: $util.Input<string>, control?: $util.Input<string>) {
  return {
    originId,
    domainName,
    ...(control !== undefined && { originAccessControlId: control }),
    // CloudFront writes it over what a viewer sent by that name ("Add custom headers to origin requests").
    customHeaders: [{ name: fromDoor.secret, value: doorSecret! }],
    customOriginConfig: {
      httpPort: 80,
      httpsPort: 443,
      originProtocolPolicy: 'https-only',
      originSslProtocols: ['TLSv1.2'],
      originReadTimeout: ANSWERED_WITHIN_S,
    },
  }
}

function behaviour(targetOriginId: string, functionArn: $util.Input<string>) {
  return {
    targetOriginId,
    viewerProtocolPolicy: 'https-only',
    allowedMethods: ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'],
    cachedMethods: ['GET', 'HEAD'],
    cachePolicyId: CACHING_DISABLED,
    originRequestPolicyId: ALL_BUT_THE_HOST,
    functionAssociations: [{ eventType: 'viewer-request', functionArn }],
  }
}

/** Makes a function that CloudFront runs for each request. */
function edge(name: string, isSigned: boolean) {
  const made = new aws.cloudfront.Function(`${name}Edge`, {
    name: `${$app.name}-${$app.stage}-${name.toLowerCase()}`,
    runtime: 'cloudfront-js-2.0',
    code: edgeFunction({ isSigned }),
  })
  return made.arn
}

/**
 * Has CloudFront sign what it sends to the function that streams. It cannot for `api`: a sender would have to send the hash
 * of each body along ("Restrict access to an AWS Lambda function URL origin", CloudFront's guide).
 */
function originAccess() {
  return new aws.cloudfront.OriginAccessControl('DoorAccess', {
    name: `${$app.name}-${$app.stage}-stream`,
    originAccessControlOriginType: 'lambda',
    signingBehavior: 'always',
    signingProtocol: 'sigv4',
  })
}

/** Lets this distribution alone call the function that streams. */
function letIn(sourceArn: $util.Input<string>) {
  const who = { function: stream.name, principal: 'cloudfront.amazonaws.com', sourceArn }
  new aws.lambda.Permission('DoorMayOpenUrl', { ...who, action: 'lambda:InvokeFunctionUrl' })
  new aws.lambda.Permission('DoorMayInvoke', {
    ...who,
    action: 'lambda:InvokeFunction',
    invokedViaFunctionUrl: true,
  })
}
