import { describe, expect, it } from 'bun:test'
import { scopes, withoutSlash } from '../../../src/identity/scope'
import { graphOf, named } from '../../support/graph/graphs'

const graph = graphOf('production')

describe('tokens', () => {
  it('can be asked for the scopes that keys have', () => {
    const { identifier, scopes: made } = named(graph, 'ResourceServer', 'ClientScopes').inputs
    expect(identifier).toBe('nonius')
    const names = made.map((one: { scopeName: string }) => one.scopeName)
    expect(names.sort()).toEqual(scopes.map(withoutSlash).sort())
    // What Cognito takes (API reference, ResourceServerScopeType).
    for (const name of names) expect(name).toMatch(/^[\x21\x23-\x2e\x30-\x5b\x5d-\x7e]+$/)
  })

  it('are given to programs that know a secret, for a day, and to nobody by a browser', () => {
    const client = named(graph, 'UserPoolClient', 'FirstClientClient').inputs
    expect(client).toMatchObject({
      generateSecret: true,
      allowedOauthFlows: ['client_credentials'],
      allowedOauthScopes: ['nonius/events:write', 'nonius/events:read'],
      explicitAuthFlows: [],
      accessTokenValidity: 24,
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
