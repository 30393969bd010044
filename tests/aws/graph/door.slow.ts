import { describe, expect, it, setDefaultTimeout } from 'bun:test'
import {
  edgeFunction,
  fromDoor,
  streamPaths,
} from '../../../src/platform/aws/deployed/door-headers'
import type { Graph } from '../../../tools/synth/graph'
import { graphOf, named, ofType, synthesise } from '../../support/graph/graphs'

setDefaultTimeout(240_000) // a synthesis takes 15 s on two idle cores

const open = graphOf('ci', { NONIUS_DOOR: 'cloudfront' })
const isPrivate = { NONIUS_DOOR: 'cloudfront-private' }
const name = { NONIUS_DOMAIN: 'events.example.edu', NONIUS_ZONE_ID: 'ZEXAMPLE' }
const closed = graphOf('ci', { ...isPrivate, ...name })

const distributionOf = (graph: Graph) => named(graph, 'Distribution', 'DoorDistribution')
const environmentOf = (graph: Graph, of: string) => {
  const found = graph.resources.find(
    (one) => one.type === 'aws:lambda/function:Function' && one.parent === of,
  )
  return found!.inputs.environment.variables as Record<string, string>
}
const originOf = (graph: Graph, id: string) =>
  distributionOf(graph).inputs.origins.find((one: { originId: string }) => one.originId === id)
const hostOf = (url: unknown) => new URL(String(url)).host
const urlOf = (graph: Graph, of: string) =>
  ofType(graph, 'FunctionUrl').find(({ parent }) => parent === of)

for (const [kind, graph] of [
  ['cloudfront', open],
  ['cloudfront-private', closed],
] as const) {
  describe(`The door ${kind}`, () => {
    const { inputs } = distributionOf(graph)
    const behaviours = [inputs.defaultCacheBehavior, ...inputs.orderedCacheBehaviors]

    it('says the secret to both functions, which have it, and to nobody else', () => {
      const secret = drawn(graph, 'DoorSecret').outputs.result
      expect(secret).toHaveLength(48)
      for (const of of ['Api', 'Stream']) {
        expect(environmentOf(graph, of).NONIUS_DOOR_SECRET).toBe(String(secret))
      }
      for (const of of ['Realtime', 'Administer', 'Changes', 'Deliver', 'Sweep']) {
        expect(environmentOf(graph, of)).not.toHaveProperty('NONIUS_DOOR_SECRET')
      }
      const headers = [{ name: fromDoor.secret, value: secret }]
      for (const origin of inputs.origins) expect(origin.customHeaders).toEqual(headers)
    })

    it('is the address by which programs find the stage', () => {
      const link = graph.resources.find(({ name }) => name === 'AddressLinkRef')
      const { domainName } = distributionOf(graph).outputs
      const host = kind === 'cloudfront' ? domainName : name.NONIUS_DOMAIN
      expect(link!.inputs.properties).toEqual({ url: `https://${host}` })
    })

    it('leads streams to who streams, by the same host, and all else to the api', () => {
      expect(inputs.defaultCacheBehavior.targetOriginId).toBe('api')
      const led = inputs.orderedCacheBehaviors.map(
        (one: { pathPattern: string; targetOriginId: string }) => [
          one.pathPattern,
          one.targetOriginId,
        ],
      )
      expect(led).toEqual(streamPaths.map((path) => [path, 'stream']))
      expect(environmentOf(graph, 'Api').NONIUS_STREAM_URL).toBe('/')
      expect(originOf(graph, 'stream').domainName).toBe(
        hostOf(urlOf(graph, 'Stream')!.outputs.functionUrl),
      )
    })

    it('stores nothing, sends all on but the host, and waits as long as they may take', () => {
      for (const one of behaviours) {
        expect(one).toMatchObject({
          viewerProtocolPolicy: 'https-only',
          cachePolicyId: '4135ea2d-6df8-44a3-9df3-4b5a84be39ad',
          originRequestPolicyId: 'b689b0a8-53d0-40ab-baf2-68738e2966ac',
        })
        expect(one.allowedMethods).toHaveLength(7)
      }
      for (const { customOriginConfig } of inputs.origins) {
        expect(customOriginConfig.originReadTimeout).toBeGreaterThan(29)
        expect(customOriginConfig.originProtocolPolicy).toBe('https-only')
      }
    })

    it('has each request go through the function that says who sends it', () => {
      const code = (one: {
        functionAssociations: { eventType: string; functionArn: string }[]
      }) => {
        const [{ eventType, functionArn } = { eventType: '', functionArn: '' }] =
          one.functionAssociations
        expect(eventType).toBe('viewer-request')
        return edges(graph).find(({ outputs }) => outputs.arn === functionArn)!.inputs.code
      }
      expect(code(inputs.defaultCacheBehavior)).toBe(edgeFunction({ isSigned: false }))
      const isSigned = graph === closed
      expect(code(behaviours[1])).toBe(edgeFunction({ isSigned }))
    })

    it('has a firewall of managed rules, where CloudFront has its settings, that loses no event', () => {
      const { inputs: rules, outputs } = named(graph, 'WebAcl', 'DoorFirewall')
      expect(inputs.webAclId).toBe(outputs.arn as string)
      expect(rules).toMatchObject({
        scope: 'CLOUDFRONT',
        region: 'us-east-1',
        defaultAction: { allow: {} },
      })
      const groups = rules.rules.map(
        (rule: { statement: { managedRuleGroupStatement: object } }) =>
          rule.statement.managedRuleGroupStatement,
      )
      expect(groups.map(({ name }: { name: string }) => name)).toEqual([
        'AWSManagedRulesAmazonIpReputationList',
        'AWSManagedRulesCommonRuleSet',
        'AWSManagedRulesKnownBadInputsRuleSet',
      ])
      const counted = groups.flatMap(
        (group: { ruleActionOverrides?: { name: string; actionToUse: object }[] }) =>
          (group.ruleActionOverrides ?? []).map(({ name, actionToUse }) => {
            expect(actionToUse).toEqual({ count: {} })
            return name
          }),
      )
      // Whatever of those groups reads a body ("Baseline rule groups"): bodies are events.
      expect(counted.filter((one: string) => one.endsWith('_BODY')).sort()).toEqual([
        ...[
          'CrossSiteScripting_BODY',
          'EC2MetaDataSSRF_BODY',
          'GenericLFI_BODY',
          'GenericRFI_BODY',
        ],
        ...['JavaDeserializationRCE_BODY', 'Log4JRCE_BODY', 'SizeRestrictions_BODY'],
      ])
      // Queries have addresses of anything, and paths ids that are addresses, long ones, or end in .log.
      for (const one of ['GenericRFI', 'RestrictedExtensions', 'SizeRestrictions']) {
        expect(counted).toContain(`${one}_URIPATH`)
      }
      for (const one of [
        'GenericLFI',
        'GenericRFI',
        'RestrictedExtensions',
        'CrossSiteScripting',
      ]) {
        expect(counted).toContain(`${one}_QUERYARGUMENTS`)
      }
      // Samples would show keys and addresses of senders.
      const shown = [rules, ...rules.rules].map(({ visibilityConfig }) => visibilityConfig)
      expect(
        shown.every((one: { sampledRequestsEnabled: boolean }) => !one.sampledRequestsEnabled),
      ).toBe(true)
    })
  })
}

describe('Without a public URL', () => {
  it('the api has none: API Gateway calls it, and hands on what a URL would', () => {
    expect(urlOf(closed, 'Api')).toBeUndefined()
    const gateway = named(closed, 'Api', 'DoorApi')
    expect(originOf(closed, 'api').domainName).toBe(hostOf(gateway.outputs.apiEndpoint))
    const [integration] = ofType(closed, 'Integration').filter(
      ({ inputs }) => inputs.apiId === gateway.outputs.id,
    )
    expect(integration!.inputs.payloadFormatVersion).toBe('2.0')
  })

  it('who streams has one that only CloudFront may sign for', () => {
    const url = urlOf(closed, 'Stream')!
    expect(url.inputs.authorizationType).toBe('AWS_IAM')
    const access = named(closed, 'OriginAccessControl', 'DoorAccess')
    expect(access.inputs).toMatchObject({
      originAccessControlOriginType: 'lambda',
      signingBehavior: 'always',
    })
    expect(originOf(closed, 'stream').originAccessControlId).toBeDefined()
    expect(originOf(closed, 'api').originAccessControlId).toBeUndefined()
    const granted = ofType(closed, 'Permission').filter(
      ({ inputs }) => inputs.function === url.inputs.functionName,
    )
    expect(granted.map(({ inputs }) => inputs.action).sort()).toEqual([
      'lambda:InvokeFunction',
      'lambda:InvokeFunctionUrl',
    ])
    for (const { inputs } of granted) {
      expect(inputs).toMatchObject({
        principal: 'cloudfront.amazonaws.com',
        sourceArn: distributionOf(closed).outputs.arn,
      })
    }
  })

  it('nothing of the deployment lets everybody in', () => {
    const everybody = ofType(closed, 'Permission').filter(({ inputs }) => inputs.principal === '*')
    expect(everybody).toEqual([])
    expect(ofType(closed, 'FunctionUrl').map(({ inputs }) => inputs.authorizationType)).toEqual([
      'AWS_IAM',
    ])
  })
})

describe('A door with a name of its own', () => {
  it('has it at CloudFront, with a certificate that renews itself', () => {
    const { inputs } = distributionOf(closed)
    expect(inputs.aliases).toEqual(['events.example.edu'])
    expect(inputs.viewerCertificate).toMatchObject({ minimumProtocolVersion: 'TLSv1.2_2021' })
    const certificate = named(closed, 'Certificate', 'DoorCertificate')
    expect(certificate.inputs).toMatchObject({ region: 'us-east-1', validationMethod: 'DNS' })
    const records = ofType(closed, 'Record').map((one) => one.inputs)
    expect(records.map(({ type }) => type).sort()).toEqual(['A', 'AAAA', 'CNAME'])
    expect(new Set(records.map(({ zoneId }) => zoneId))).toEqual(new Set(['ZEXAMPLE']))
    // API Gateway has no name beside it.
    expect(closed.resources.some(({ type }) => type.endsWith(':DomainName'))).toBe(false)
  })
})

describe('API Gateway', () => {
  it('lets no more through than is set, so that neither API takes the quota of both', () => {
    for (const graph of [closed, graphOf('ci')]) {
      for (const { name: of, inputs } of ofType(graph, 'Stage')) {
        const { throttlingRateLimit: rate, throttlingBurstLimit: burst } =
          inputs.defaultRouteSettings
        expect([of, rate]).toEqual([of, of.startsWith('Door') ? 8000 : 2000])
        expect(burst).toBe(rate / 2)
        expect(JSON.parse(inputs.accessLogSettings.format)).toHaveProperty('requestId')
      }
    }
    expect(ofType(closed, 'Stage')).toHaveLength(2)
  })
})

it('refuses a door that there is not, by name', () => {
  const { status, stderr } = synthesise([], { NONIUS_DOOR: 'wide-open' })
  expect(status).toBe(1)
  expect(stderr).toContain('NONIUS_DOOR must be cloudfront or cloudfront-private')
})

it('makes nothing of it unasked', () => {
  const types = graphOf('ci').resources.map(({ type }) => type)
  expect(types.filter((one) => /cloudfront|wafv2|randomPassword/.test(one))).toEqual([])
})

/** A resource that is not of AWS. */
function drawn({ resources }: Graph, of: string) {
  return resources.find((one) => one.name === of)!
}

function edges({ resources }: Graph) {
  return resources.filter(({ type }) => type === 'aws:cloudfront/function:Function')
}
