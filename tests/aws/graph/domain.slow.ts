import { describe, expect, it, setDefaultTimeout } from 'bun:test'
import { graphOf, named, ofType, synthesise } from '../../support/graph/graphs'

setDefaultTimeout(240_000) // a synthesis takes 15 s on two idle cores

const graph = graphOf('ci', { NONIUS_DOMAIN: 'events.example.edu', NONIUS_ZONE_ID: 'ZEXAMPLE' })

describe('a name of its own', () => {
  it('leads every request to the api, as a function URL would hand it on', () => {
    const { functionName } = named(graph, 'FunctionUrl', 'ApiUrl').inputs
    const api = ofType(graph, 'Function').find(({ inputs }) => inputs.name === functionName)!
    const door = named(graph, 'Api', 'DoorApi')
    const ofDoor = (type: string) =>
      ofType(graph, type).filter(({ inputs }) => inputs.apiId === door.outputs.id)
    const [integration] = ofDoor('Integration')
    expect(ofDoor('Route').map(({ inputs }) => inputs.routeKey)).toEqual(['$default'])
    expect(integration!.inputs.integrationUri).toContain(api.outputs.arn)
    expect(integration!.inputs.payloadFormatVersion).toBe('2.0')
    expect(door.inputs.corsConfiguration ?? {}).toEqual({})
  })

  it('has a certificate that renews itself, and stands in its zone', () => {
    const { domainName, domainNameConfiguration } = named(
      graph,
      'DomainName',
      'DoorDomainName',
    ).inputs
    const records = ofType(graph, 'Record').map(({ inputs }) => inputs)
    expect(domainName).toBe('events.example.edu')
    expect(domainNameConfiguration.securityPolicy).toBe('TLS_1_2')
    expect(ofType(graph, 'Certificate')[0]!.inputs.validationMethod).toBe('DNS')
    expect(records.map(({ type }) => type).sort()).toEqual(['A', 'AAAA', 'CNAME'])
    expect(new Set(records.map(({ zoneId }) => zoneId))).toEqual(new Set(['ZEXAMPLE']))
  })

  it('is not made half: without its zone it is refused by name', () => {
    const { status, stderr } = synthesise([], { NONIUS_DOMAIN: 'events.example.edu' })
    expect(status).toBe(1)
    expect(stderr).toContain('NONIUS_DOMAIN needs NONIUS_ZONE_ID')
  })

  it('is nothing that a deployment needs', () => {
    const names = graphOf('ci').resources.map(({ name }) => name)
    expect(names.filter((name) => name.startsWith('Door'))).toEqual([])
  })
})
