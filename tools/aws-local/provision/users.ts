import {
  CreateResourceServerCommand,
  CreateUserPoolClientCommand,
  CreateUserPoolCommand,
  CreateUserPoolDomainCommand,
  ListUserPoolClientsCommand,
  ListUserPoolsCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import type { GraphResource } from '../../synth/graph'
import type { AdminClients } from './clients'

/** Makes the user pool. @returns the id that the emulator gave it */
export async function provisionUserPool({ inputs }: GraphResource, { cognito }: AdminClients) {
  const { UserPools = [] } = await cognito.send(new ListUserPoolsCommand({ MaxResults: 60 }))
  const there = UserPools.find(({ Name }) => Name === inputs.name)
  if (there) return { id: there.Id!, isNew: false }
  const { UserPool } = await cognito.send(new CreateUserPoolCommand({ PoolName: inputs.name }))
  return { id: UserPool!.Id!, isNew: true }
}

/** Makes the scopes of a pool. @param pool as the emulator calls it */
export async function provisionScopes(
  { inputs }: GraphResource,
  pool: string,
  clients: AdminClients,
) {
  const scopes: { scopeName: string; scopeDescription: string }[] = inputs.scopes
  await clients.cognito.send(
    new CreateResourceServerCommand({
      UserPoolId: pool,
      Identifier: inputs.identifier,
      Name: inputs.name,
      Scopes: scopes.map(({ scopeName, scopeDescription }) => ({
        ScopeName: scopeName,
        ScopeDescription: scopeDescription,
      })),
    }),
  )
}

export async function provisionDomain(
  { inputs }: GraphResource,
  pool: string,
  clients: AdminClients,
) {
  const input = { Domain: inputs.domain, UserPoolId: pool }
  await clients.cognito.send(new CreateUserPoolDomainCommand(input))
}

/** Makes a client. @returns the id that the emulator gave it */
export async function provisionClient(
  { inputs }: GraphResource,
  pool: string,
  clients: AdminClients,
) {
  const { cognito } = clients
  const list = new ListUserPoolClientsCommand({ UserPoolId: pool, MaxResults: 60 })
  const { UserPoolClients = [] } = await cognito.send(list)
  const there = UserPoolClients.find(({ ClientName }) => ClientName === inputs.name)
  if (there) return there.ClientId!
  const { UserPoolClient } = await cognito.send(
    new CreateUserPoolClientCommand({
      UserPoolId: pool,
      ClientName: inputs.name,
      GenerateSecret: inputs.generateSecret,
      AllowedOAuthFlows: inputs.allowedOauthFlows,
      AllowedOAuthFlowsUserPoolClient: inputs.allowedOauthFlowsUserPoolClient,
      AllowedOAuthScopes: inputs.allowedOauthScopes,
    }),
  )
  return UserPoolClient!.ClientId!
}
