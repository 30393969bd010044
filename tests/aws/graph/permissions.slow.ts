import { describe, expect, it } from 'bun:test'
import { graphOf, named, ofType } from '../../support/graph/graphs'
import { allStatements, documentOf, mayDo, statementsOf } from '../../support/graph/policies'

const graph = graphOf('production')
const table = (name: string) => named(graph, 'Table', `${name}Table`).outputs.arn as string
const role = (name: string) => named(graph, 'Role', `${name}Role`)

const archiveArn = named(graph, 'CatalogTable', 'ArchiveTable').outputs.arn as string
const settledTable = archiveArn.replace(/[^/]+$/, 'settled')
const bucketArn = (name: string) => named(graph, 'Bucket', `${name}Bucket`).outputs.arn as string
const workgroup = (name: string) => named(graph, 'Workgroup', name).outputs.arn as string

// Any stage and method of the API (`mayDo` reads only the last star of a pattern).
const { executionArn } = named(graph, 'Api', 'ConnectionsApi').outputs
const aConnection = `${executionArn}/*/*/@connections/a`

const streamArn = named(graph, 'FirehoseDeliveryStream', 'ArchiveStandard').outputs.arn as string

const services: Record<string, string> = {
  ArchiveRole: 'firehose',
  EraseScheduleRole: 'scheduler',
  SettleScheduleRole: 'scheduler',
  SweepScheduleRole: 'scheduler',
}

// What must not be possible, however a function is broken into.
const forbidden: [role: string, action: string, resource: string][] = [
  ['Api', 'dynamodb:DeleteItem', table('Events')],
  ['Api', 'dynamodb:PutItem', table('Events')],
  ['Api', 'dynamodb:UpdateItem', table('Events')],
  ['Api', 'dynamodb:PartiQLDelete', table('Events')],
  ['Api', 'dynamodb:PartiQLUpdate', table('Events')],
  ['Api', 'dynamodb:Scan', table('Events')],
  ['Realtime', 'dynamodb:DeleteItem', table('Events')],
  ['Deliver', 'dynamodb:DeleteItem', table('Events')],
  ['Changes', 'dynamodb:PutItem', table('Events')],
  ['Changes', 'dynamodb:UpdateItem', table('Events')],
  ['Api', 'dynamodb:Scan', table('Documents')],
  ['Api', 'dynamodb:PutItem', table('Registry')],
  ['Api', 'execute-api:ManageConnections', aConnection],
  ['Administer', 'dynamodb:DeleteItem', table('Events')],
  ['Administer', 'dynamodb:PutItem', table('Quarantine')],
  ['Administer', 'athena:StartQueryExecution', workgroup('Questions')],
  ['Stream', 'dynamodb:PutItem', table('Registry')],
  ['Realtime', 'dynamodb:DeleteItem', table('Documents')],
  ['Api', 'dynamodb:Scan', table('Statements')],
  ['Changes', 'dynamodb:PutItem', table('Statements')],
  ['Deliver', 'dynamodb:Query', table('Statements')],
  // It writes states of reducers there.
  ['Changes', 'dynamodb:DeleteItem', table('Documents')],
  ['Deliver', 'dynamodb:DeleteItem', table('Documents')],
  ['Deliver', 'dynamodb:Query', table('Documents')],
  ['Deliver', 's3:PutObject', `${named(graph, 'Bucket', 'LakeBucket').outputs.arn}/events/a`],
  [
    'Api',
    'athena:StartQueryExecution',
    named(graph, 'Workgroup', 'Analysis').outputs.arn as string,
  ],
  ['Api', 'athena:StartQueryExecution', workgroup('Settling')],
  ['Api', 's3:GetObject', `${bucketArn('QueryResults')}/of-an-analyst.csv`],
  ['Api', 's3:GetObject', `${bucketArn('QueryResults')}/settling/a.csv`],
  ['Api', 's3:PutObject', `${bucketArn('Lake')}/events/a`],
  ['Api', 'glue:UpdateTable', settledTable],
  // Sweep may: it forgets documents that are old.
  ['Realtime', 'dynamodb:DeleteItem', table('Documents')],
  ['Changes', 'dynamodb:PartiQLInsert', table('Events')],
  ['Changes', 'dynamodb:PutItem', table('Registry')],
  ['Deliver', 'dynamodb:PutItem', table('Registry')],
  ['Deliver', 's3:PutObject', `${named(graph, 'Bucket', 'BlobsBucket').outputs.arn}/a`],
  ['Changes', 's3:PutObject', `${named(graph, 'Bucket', 'BlobsBucket').outputs.arn}/spill/a`],
  ['Changes', 's3:DeleteObject', `${named(graph, 'Bucket', 'BlobsBucket').outputs.arn}/failed/a`],
  ['Stream', 'dynamodb:PartiQLInsert', table('Events')],
  ['Stream', 'dynamodb:Query', table('Events')],
  ['Stream', 'dynamodb:UpdateItem', table('Registry')],
  ['Stream', 'dynamodb:PutItem', table('Live')],
  ['Stream', 'dynamodb:DeleteItem', table('Live')],
  ['Stream', 's3:PutObject', `${named(graph, 'Bucket', 'BlobsBucket').outputs.arn}/a`],
  ['Api', 'dynamodb:PutItem', table('Live')],
  ['Api', 'dynamodb:DeleteItem', table('Live')],
  ['Realtime', 'dynamodb:Scan', table('Live')],
  ['Stream', 'execute-api:ManageConnections', aConnection],
  ['Deliver', 'execute-api:ManageConnections', aConnection],
  ['Follow', 'dynamodb:Scan', table('Live')],
  ['Follow', 'dynamodb:DeleteItem', table('Events')],
  ['Follow', 'dynamodb:PartiQLInsert', table('Events')],
  ['Follow', 'dynamodb:PutItem', table('Registry')],
  ['Follow', 'dynamodb:UpdateItem', table('Registry')],
  ['Follow', 'dynamodb:UpdateItem', table('Statements')],
  ['Follow', 's3:PutObject', `${named(graph, 'Bucket', 'BlobsBucket').outputs.arn}/failed/a`],
  ['Follow', 'sqs:SendMessage', named(graph, 'Queue', 'DeliveryQueueQueue').outputs.arn as string],
  ['Changes', 'dynamodb:PutItem', table('Live')],
  ['Changes', 'dynamodb:GetItem', table('Live')],
  ['Changes', 'execute-api:ManageConnections', aConnection],
  ['Deliver', 'sqs:SendMessage', named(graph, 'Queue', 'DeadLettersQueue').outputs.arn as string],
  ['Api', 'dynamodb:Scan', table('Deliveries')],
  ['Deliver', 'dynamodb:Scan', table('Deliveries')],
  ['Deliver', 'dynamodb:BatchGetItem', table('Deliveries')],
  ['Changes', 'dynamodb:Query', `${table('Deliveries')}/index/log`],
  ['Realtime', 'dynamodb:Query', table('Deliveries')],
  ['Stream', 'dynamodb:GetItem', table('Deliveries')],
  ['Settle', 's3:PutObject', `${bucketArn('Lake')}/events/a`],
  ['Erase', 's3:DeleteObject', `${bucketArn('Lake')}/settled/a`],
  ['Erase', 'athena:StartQueryExecution', workgroup('Settling')],
  ['Sweep', 'dynamodb:Scan', table('Events')],
  // What was put aside is Drain's.
  ['Sweep', 'dynamodb:DeleteItem', table('Events')],
  ['Sweep', 'firehose:PutRecordBatch', streamArn],
  ['Drain', 'dynamodb:Scan', table('Events')],
  ['Drain', 's3:PutObject', `${bucketArn('Lake')}/events/a`],
  ['Drain', 's3:PutObject', `${bucketArn('Lake')}/errors/a`],
  ['Drain', 's3:GetObject', `${bucketArn('Lake')}/events/a`],
  ['Erase', 's3:DeleteObject', `${bucketArn('Lake')}/events/a`],
  ['Settle', 's3:PutObject', `${bucketArn('Blobs')}/spill/a`],
  ['Settle', 's3:GetObject', `${bucketArn('Blobs')}/spill/a`],
  ['Settle', 's3:DeleteObject', `${bucketArn('Blobs')}/bodies/a`],
  ['Settle', 'athena:StartQueryExecution', workgroup('Analysis')],
  ['Settle', 'glue:UpdateTable', archiveArn],
  ['Settle', 'dynamodb:GetItem', table('Events')],
  ['Settle', 'dynamodb:PutItem', table('Registry')],
  ['Settle', 'dynamodb:UpdateItem', table('Documents')],
  ['Deliver', 's3:PutObject', `${bucketArn('Lake')}/settled/a`],
  ['Deliver', 'athena:StartQueryExecution', workgroup('Settling')],
  ['Deliver', 'glue:UpdateTable', settledTable],
]

describe('permissions', () => {
  it('name exact actions', () => {
    const wide = allStatements(graph).filter(({ Action }) => Action.some((one) => /\*/.test(one)))
    expect(wide).toEqual([])
  })

  it('name resources of this deployment, never all of a service', () => {
    const wide = allStatements(graph).flatMap(({ Resource, role }) =>
      Resource.filter((one) => !isOurs(one)).map((one) => `${role}: ${one}`),
    )
    expect(wide).toEqual([])
  })

  it('come from nowhere else: no managed policies, none attached', () => {
    expect(ofType(graph, 'Role').flatMap(({ inputs }) => inputs.managedPolicyArns ?? [])).toEqual(
      [],
    )
    expect(graph.resources.filter(({ type }) => /RolePolicy|PolicyAttachment/.test(type))).toEqual(
      [],
    )
  })

  for (const { name, inputs } of ofType(graph, 'Role')) {
    it(`${name} can be taken on by one service, and by nobody of the account`, () => {
      const [statement, ...others] = documentOf(inputs.assumeRolePolicy).Statement
      expect(others).toEqual([])
      expect(Object.keys(statement.Principal)).toEqual(['Service'])
      const service = services[name] ?? 'lambda'
      expect(statement.Principal.Service).toBe(`${service}.amazonaws.com`)
    })
  }

  for (const [name, action, resource] of forbidden) {
    it(`do not let ${name} do ${action} on ${resource.split(':').at(-1)}`, () => {
      expect(mayDo(role(name), action, resource)).toBe(false)
    })
  }

  it('let Deliver switch a webhook off whose target wants no more', () => {
    expect(mayDo(role('Deliver'), 'dynamodb:UpdateItem', table('Registry'))).toBe(true)
  })

  it('let Deliver ask the lake, and note how far a replay is', () => {
    const { arn } = named(graph, 'Workgroup', 'Analysis').outputs as { arn: string }
    const asking = ['StartQueryExecution', 'GetQueryExecution', 'GetQueryResults']
    expect(asking.filter((one) => !mayDo(role('Deliver'), `athena:${one}`, arn))).toEqual([])
    for (const table of ['ArchiveTable', 'EventsView']) {
      const { arn: resource } = named(graph, 'CatalogTable', table).outputs as { arn: string }
      expect(mayDo(role('Deliver'), 'glue:GetTable', resource)).toBe(true)
    }
    const bucket = (name: string) => named(graph, 'Bucket', `${name}Bucket`).outputs.arn
    expect(mayDo(role('Deliver'), 's3:GetObject', `${bucket('Lake')}/events/a`)).toBe(true)
    expect(mayDo(role('Deliver'), 's3:PutObject', `${bucket('QueryResults')}/a`)).toBe(true)
    for (const action of ['GetItem', 'UpdateItem']) {
      expect(mayDo(role('Deliver'), `dynamodb:${action}`, table('Documents'))).toBe(true)
    }
  })

  it('let Settle change the settled lake and its view, and remove what landed', () => {
    const may = (action: string, resource: string) => mayDo(role('Settle'), action, resource)
    const asking = ['StartQueryExecution', 'GetQueryExecution', 'GetQueryResults']
    expect(asking.filter((one) => !may(`athena:${one}`, workgroup('Settling')))).toEqual([])
    const view = named(graph, 'CatalogTable', 'EventsView').outputs.arn as string
    for (const resource of [settledTable, view]) {
      const changing = ['GetTable', 'UpdateTable', 'CreateTable']
      expect(changing.filter((one) => !may(`glue:${one}`, resource))).toEqual([])
    }
    const files = ['GetObject', 'PutObject', 'DeleteObject']
    expect(files.filter((one) => !may(`s3:${one}`, `${bucketArn('Lake')}/settled/a`))).toEqual([])
    expect(may('s3:DeleteObject', `${bucketArn('Lake')}/events/a`)).toBe(true)
    expect(may('s3:PutObject', `${bucketArn('Blobs')}/lake/settlement.json`)).toBe(true)
  })

  it('let Erase look at every item, and delete it', () => {
    for (const name of ['Events', 'Statements', 'Deliveries']) {
      expect(mayDo(role('Erase'), 'dynamodb:Scan', table(name))).toBe(true)
    }
    for (const name of ['Events', 'Quarantine', 'Deliveries', 'Documents']) {
      expect(mayDo(role('Erase'), 'dynamodb:DeleteItem', table(name))).toBe(true)
    }
    expect(mayDo(role('Erase'), 's3:DeleteObject', `${bucketArn('Blobs')}/bodies/a`)).toBe(true)
    expect(mayDo(role('Erase'), 's3:PutObject', `${bucketArn('Blobs')}/lake/erasures/a`)).toBe(true)
  })

  it('let those who ask the lake read what is settled', () => {
    expect(mayDo(role('Deliver'), 's3:GetObject', `${bucketArn('Lake')}/settled/a`)).toBe(true)
    expect(mayDo(role('Deliver'), 'glue:GetTable', settledTable)).toBe(true)
  })

  it('let Changes read a batch that was committed, and remove one that was not', () => {
    for (const name of ['Changes', 'Drain']) {
      expect(mayDo(role(name), 'dynamodb:BatchGetItem', table('Events'))).toBe(true)
      expect(mayDo(role(name), 'dynamodb:DeleteItem', table('Events'))).toBe(true)
    }
  })

  for (const name of ['Api', 'Realtime', 'Drain', 'Sweep', 'Changes']) {
    it(`let ${name} add statements, and all but Changes mark those that are being stored`, () => {
      const may = (action: string) => mayDo(role(name), `dynamodb:${action}`, table('Statements'))
      const adding = ['PartiQLInsert', 'BatchWriteItem', 'UpdateItem', 'BatchGetItem', 'Query']
      expect(adding.filter((action) => !may(action))).toEqual([])
      const marking = ['PutItem', 'DeleteItem'].filter(may)
      expect(marking).toEqual(name === 'Changes' ? [] : ['PutItem', 'DeleteItem'])
      const body = `${named(graph, 'Bucket', 'BlobsBucket').outputs.arn}/statements/a`
      expect(mayDo(role(name), 's3:PutObject', body)).toBe(true)
    })
  }

  for (const name of ['Realtime', 'Drain', 'Sweep']) {
    it(`let ${name} remember whose a session is`, () => {
      for (const action of ['GetItem', 'UpdateItem']) {
        expect(mayDo(role(name), `dynamodb:${action}`, table('Documents'))).toBe(true)
      }
    })
  }

  it('let those post to connections that have something to say, and end them with their key', () => {
    for (const name of ['Administer', 'Realtime', 'Follow', 'Drain', 'Sweep']) {
      expect(mayDo(role(name), 'execute-api:ManageConnections', aConnection)).toBe(true)
    }
    for (const name of ['Realtime', 'Follow', 'Drain', 'Sweep']) {
      for (const action of ['GetItem', 'Query', 'UpdateItem', 'DeleteItem']) {
        expect(mayDo(role(name), `dynamodb:${action}`, table('Live'))).toBe(true)
      }
    }
  })

  it('let Api read, change and remove documents', () => {
    for (const action of ['GetItem', 'Query', 'UpdateItem', 'DeleteItem']) {
      expect(mayDo(role('Api'), `dynamodb:${action}`, table('Documents'))).toBe(true)
    }
  })

  it('let Api show the log of deliveries, and send again what is in it', () => {
    const may = (action: string) => mayDo(role('Api'), `dynamodb:${action}`, table('Deliveries'))
    const actions = ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem']
    expect(actions.filter((action) => !may(action))).toEqual([])
    expect(mayDo(role('Api'), 'dynamodb:Query', `${table('Deliveries')}/index/log`)).toBe(true)
    const queue = named(graph, 'Queue', 'DeliveryQueueQueue').outputs.arn as string
    expect(mayDo(role('Api'), 'sqs:SendMessage', queue)).toBe(true)
  })

  it('let Follow and Drain write live logs, and Stream follow them', () => {
    const may = (name: string, action: string) =>
      mayDo(role(name), `dynamodb:${action}`, table('Live'))
    for (const name of ['Follow', 'Drain']) {
      for (const action of ['BatchGetItem', 'GetItem', 'PutItem', 'UpdateItem']) {
        expect(may(name, action)).toBe(true)
      }
    }
    for (const action of ['GetItem', 'Query', 'UpdateItem']) {
      expect(may('Stream', action)).toBe(true)
    }
    expect(mayDo(role('Stream'), 'dynamodb:BatchGetItem', table('Events'))).toBe(true)
  })

  it('let Firehose write the lake and read its schema', () => {
    const bucket = named(graph, 'Bucket', 'LakeBucket').outputs.arn
    const archive = named(graph, 'CatalogTable', 'ArchiveTable').outputs.arn as string
    expect(mayDo(role('Archive'), 's3:PutObject', `${bucket}/events/standard/x`)).toBe(true)
    expect(mayDo(role('Archive'), 's3:PutObject', `${bucket}/errors/standard/x`)).toBe(true)
    expect(mayDo(role('Archive'), 'glue:GetTableVersions', archive)).toBe(true)
  })

  it('let Deliver switch off a webhook, and change nothing else of the registry', () => {
    const changes = statementsOf(role('Deliver')).filter(
      ({ Action, Resource }) =>
        Resource.includes(table('Registry')) && Action.some((one) => /Put|Update|Delete/.test(one)),
    )
    expect(changes).toMatchObject([
      {
        Action: ['dynamodb:UpdateItem'],
        Condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': 'webhooks' } },
      },
    ])
  })

  it('let Changes count by type, and change nothing else of the registry', () => {
    const writing = statementsOf(role('Changes')).filter(
      ({ Action, Resource }) =>
        Resource.includes(table('Registry')) && Action.some((one) => /Put|Update|Delete/.test(one)),
    )
    expect(writing).toMatchObject([
      {
        Action: ['dynamodb:UpdateItem'],
        Condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': 'types#*' } },
      },
    ])
  })

  it('let every function write its own log, and no other', () => {
    for (const { name, inputs } of ofType(graph, 'Function')) {
      const own = allStatements(graph)
        .filter(({ role }) => role === name.replace('Function', 'Role'))
        .filter(({ Action }) => Action.includes('logs:PutLogEvents'))
      expect(own.flatMap(({ Resource }) => Resource)).toEqual([
        `arn:aws:logs:us-east-1:123456789012:log-group:${inputs.loggingConfig.logGroup}:*`,
      ])
    }
  })
})

/** A `*` may stand for what is below a thing that we made, not for the thing. */
function isOurs(resource: string): boolean {
  const made = graph.resources.map(({ outputs }) => outputs)
  const arns = made.flatMap(({ arn, executionArn, streamArn }) => [arn, executionArn, streamArn])
  const known = arns.filter((arn) => typeof arn === 'string')
  const isCatalog = /^arn:aws:glue:[\w-]+:\d+:catalog$/.test(resource)
  // The settled table is made by `settle`: no resource of the graph has its ARN.
  const isSettled = resource === settledTable
  return (
    isCatalog ||
    isSettled ||
    known.some(
      (arn) => resource === arn || resource.startsWith(`${arn}/`) || resource.startsWith(`${arn}:`),
    )
  )
}

// "IAM and AWS STS quotas": so many for all inline policies of a role together, white space left out.
const ROLE_CHARACTERS = 10_240

it('are no more for a role than IAM takes', () => {
  const sizes = ofType(graph, 'Role').map(({ name, inputs }) => {
    const policies: { policy: string | object }[] = inputs.inlinePolicies ?? []
    const texts = policies.map(({ policy }) => JSON.stringify(documentOf(policy as string)))
    return { name, size: texts.join('').replace(/\s/g, '').length }
  })
  expect(sizes.filter(({ size }) => size > ROLE_CHARACTERS)).toEqual([])
})
