import { CreateBucketCommand } from '@aws-sdk/client-s3'
import type { Graph, GraphResource } from '../synth/graph'
import { type AdminClients, adminClients, type Endpoints, unlessThere } from './provision/clients'
import { provisionKey } from './provision/keys'
import { provisionDatabase, provisionDeliveryStream, provisionGlueTable } from './provision/lake'
import { provisionQueue } from './provision/queues'
import { provisionTable } from './provision/tables'
import {
  provisionClient,
  provisionDomain,
  provisionScopes,
  provisionUserPool,
} from './provision/users'

/** A renamed thing has the name that AWS would give it, and the name in the emulators. */
export type Renamed = [inGraph: string, here: string]

/**
 * Makes the graph's resources in the emulators. A resource from an earlier start is left as it is.
 * @returns the names that had to be changed
 */
export async function provision(graph: Graph, endpoints: Endpoints): Promise<Renamed[]> {
  const clients = adminClients(endpoints)
  try {
    return await provisionWith(graph, clients)
  } finally {
    for (const client of Object.values(clients)) client.destroy()
  }
}

async function provisionWith(graph: Graph, clients: AdminClients): Promise<Renamed[]> {
  const all = (type: string) => graph.resources.filter((one) => one.type === type)
  const renamed: Renamed[] = []

  for (const table of all('aws:dynamodb/table:Table')) {
    const streamArn = await provisionTable(table, clients)
    if (streamArn) renamed.push([outputOf(table, 'streamArn'), streamArn])
  }
  for (const { inputs } of all('aws:s3/bucket:Bucket')) {
    await unlessThere(clients.s3.send(new CreateBucketCommand({ Bucket: inputs.bucket })))
  }
  // Dead-letter queues come first: a redrive policy must find its queue.
  const queues = all('aws:sqs/queue:Queue')
  const isLast = ({ inputs }: GraphResource) => Boolean(inputs.redrivePolicy)
  for (const queue of queues.toSorted((a, b) => Number(isLast(a)) - Number(isLast(b)))) {
    await provisionQueue(queue, clients)
  }
  const deployment = `${graph.app.name}-${graph.app.stage}`
  for (const key of all('aws:kms/key:Key')) {
    renamed.push([outputOf(key, 'keyId'), await provisionKey(key, deployment, clients)])
  }
  for (const one of all('aws:glue/catalogDatabase:CatalogDatabase')) {
    await provisionDatabase(one, clients)
  }
  for (const one of all('aws:glue/catalogTable:CatalogTable'))
    await provisionGlueTable(one, clients)
  for (const one of all('aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream')) {
    await provisionDeliveryStream(one, clients)
  }
  for (const pool of all('aws:cognito/userPool:UserPool')) {
    renamed.push(...(await provisionUsers(graph, pool, clients)))
  }
  return renamed
}

async function provisionUsers(graph: Graph, pool: GraphResource, clients: AdminClients) {
  const known = outputOf(pool, 'id')
  const ofPool = (type: string) =>
    graph.resources.filter((one) => one.type === type && one.inputs.userPoolId === known)
  const { id, isNew } = await provisionUserPool(pool, clients)
  if (isNew) {
    for (const one of ofPool('aws:cognito/resourceServer:ResourceServer')) {
      await provisionScopes(one, id, clients)
    }
    for (const one of ofPool('aws:cognito/userPoolDomain:UserPoolDomain')) {
      await provisionDomain(one, id, clients)
    }
  }
  const renamed: Renamed[] = [[known, id]]
  for (const one of ofPool('aws:cognito/userPoolClient:UserPoolClient')) {
    renamed.push([outputOf(one, 'id'), await provisionClient(one, id, clients)])
  }
  return renamed
}

function outputOf({ name, outputs }: GraphResource, output: string): string {
  const value = outputs[output]
  if (typeof value !== 'string') throw new Error(`${name} has no output ${output} in the graph`)
  return value
}

/**
 * Returns the graph with other names, wherever they are written: in policies, settings, mappings.
 */
export function withNames(graph: Graph, renamed: Renamed[]): Graph {
  const text = renamed.reduce(
    (all, [inGraph, here]) => all.replaceAll(inGraph, here),
    JSON.stringify(graph),
  )
  return JSON.parse(text)
}
