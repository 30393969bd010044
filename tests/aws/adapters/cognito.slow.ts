import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import {
  CognitoIdentityProviderClient,
  CreateResourceServerCommand,
  CreateUserPoolClientCommand,
  CreateUserPoolCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import { startTestApp, type TestApp } from '../../support/app'
import { ministackSettings } from '../../support/aws/emulators'
import { problemOf } from '../../support/battery'

let cognito: CognitoIdentityProviderClient
let endpoint: string
let UserPoolId: string
let app: TestApp

beforeAll(async () => {
  const settings = await ministackSettings()
  endpoint = settings.endpoint
  cognito = new CognitoIdentityProviderClient(settings)
  const { UserPool } = await cognito.send(new CreateUserPoolCommand({ PoolName: 'senders' }))
  UserPoolId = UserPool!.Id!
  await cognito.send(
    new CreateResourceServerCommand({
      UserPoolId,
      Identifier: 'nonius',
      Name: 'Nonius',
      Scopes: ['events:write', 'events:read'].map((ScopeName) => {
        return { ScopeName, ScopeDescription: ScopeName }
      }),
    }),
  )
  app = await startTestApp({
    config: { oidcIssuer: `https://cognito-idp.${settings.region}.amazonaws.com/${UserPoolId}` },
    get: fromEmulator,
  })
})
afterAll(async () => {
  await app?.[Symbol.asyncDispose]()
  cognito?.destroy()
})

/** The addresses are Amazon's; whoever answers is the emulator. */
async function fromEmulator(url: string): Promise<string> {
  const { pathname } = new URL(url)
  const reply = await fetch(new URL(pathname, endpoint))
  if (!reply.ok) throw new Error(`it was answered ${reply.status}`)
  return reply.text()
}

/** A token of a new client, as a sender gets it. */
async function tokenWith(scopes: string[]): Promise<{ token: string; clientId: string }> {
  const command = new CreateUserPoolClientCommand({
    UserPoolId,
    ClientName: 'a sender',
    GenerateSecret: true,
    AllowedOAuthFlowsUserPoolClient: true,
    AllowedOAuthFlows: ['client_credentials'],
    AllowedOAuthScopes: scopes,
  })
  const { UserPoolClient } = await cognito.send(command)
  const { ClientId = '', ClientSecret } = UserPoolClient!
  const reply = await fetch(new URL('/oauth2/token', endpoint), {
    method: 'POST',
    headers: { Authorization: `Basic ${btoa(`${ClientId}:${ClientSecret}`)}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', scope: scopes.join(' ') }),
  })
  const { access_token: token } = (await reply.json()) as { access_token: string }
  return { token, clientId: ClientId }
}

function send(token: string) {
  const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' }
  const body = JSON.stringify({ event_type: 'opened' })
  return app.request('/api/v1/events', { method: 'POST', headers, body })
}

describe('Tokens of a Cognito user pool', () => {
  it('bring events of their client, with the scope to write them', async () => {
    const { token, clientId } = await tokenWith(['nonius/events:write'])
    const reply = await send(token)
    expect(reply.status).toBe(201)
    const { id } = (await reply.json()) as { id: string }
    const record = await app.platform.events.get('default', id)
    expect(record).toMatchObject({ sourceId: clientId, server: { subject: `client:${clientId}` } })
  })

  it('open no more than their scopes', async () => {
    const { token } = await tokenWith(['nonius/events:read'])
    await problemOf(await send(token), 'forbidden')
    const headers = { Authorization: `Bearer ${token}` }
    expect((await app.request('/analytics/events', { headers })).status).toBe(200)
  })

  it('are refused once they are altered', async () => {
    const { token } = await tokenWith(['nonius/events:write'])
    const [header, claims, signature] = token.split('.')
    const other = Buffer.from(claims!, 'base64url').toString().replace('events:write', 'admin')
    const altered = [header, Buffer.from(other).toString('base64url'), signature].join('.')
    await problemOf(await send(altered), 'unauthenticated')
  })
})
