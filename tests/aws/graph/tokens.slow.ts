import { describe, expect, it } from 'bun:test'
import { scopes } from '../../../src/identity/scope'
import { graphOf, named } from '../../support/graph/graphs'

const graph = graphOf('production')

describe('tokens', () => {
  it('can be asked for the scopes that keys have', () => {
    const { identifier, scopes: made } = named(graph, 'ResourceServer', 'ClientScopes').inputs
    expect(identifier).toBe('nonius')
    expect(made.map((one: { scopeName: string }) => one.scopeName).sort()).toEqual(
      [...scopes].sort(),
    )
  })

  it('are given to programs that know a secret, for an hour, and to nobody by a browser', () => {
    const client = named(graph, 'UserPoolClient', 'FirstClientClient').inputs
    expect(client).toMatchObject({
      generateSecret: true,
      allowedOauthFlows: ['client_credentials'],
      allowedOauthScopes: ['nonius/events:write', 'nonius/events:read'],
      explicitAuthFlows: [],
      accessTokenValidity: 1,
      tokenValidityUnits: { accessToken: 'hours' },
    })
    expect(client.callbackUrls).toBeUndefined()
  })

  it('come from a pool into which nobody can sign up', () => {
    const pool = named(graph, 'UserPool', 'ClientsUserPool').inputs
    expect(pool.adminCreateUserConfig).toEqual({ allowAdminCreateUserOnly: true })
  })

  it('come from an address of their own', () => {
    const { domain } = named(graph, 'UserPoolDomain', 'ClientsDomain').inputs
    expect(domain).toBe('nonius-production-123456789012')
  })
})
