import { describe, expect, it } from 'bun:test'
import { graphOf, named, ofType } from '../../support/graph/graphs'
import { allStatements, documentOf, mayDoWith } from '../../support/graph/policies'

const graph = graphOf('production')
const roleOf = (name: string) => named(graph, 'Role', `${name}Role`)
const registry = named(graph, 'Table', 'RegistryTable').outputs.arn as string
const bucket = named(graph, 'Bucket', 'BlobsBucket').outputs.arn as string

const functions = ofType(graph, 'Function').map(({ name }) => name.replace('Function', ''))

// One partition of each kind that the registry has (`src/platform/aws/registry.ts`), and one it has not.
const partitions = {
  arrivals: ['counts#school#demo', 'activity#school'],
  requests: ['rates#key#publish#key_1', 'rates#address#query##4f1a'],
  connections: ['connection#c', 'connections#school#k'],
  keys: ['key#9f86d081'],
  tenants: ['tenant#school', 'tenants'],
  types: ['types#school'],
  webhooks: ['webhooks'],
  rootSecret: ['root-secret'],
  unknown: ['keys', 'key', 'xkey#a', 'tenantx', 'webhooks#', 'root-secret2', 'rates', 'anything'],
}

type Partition = keyof typeof partitions
const written = ['PutItem', 'UpdateItem', 'DeleteItem'] as const

// All that is written into the registry, by whom. Who writes keys is an administrator, and who puts the root
// secret can make every sealed thing unreadable: neither answers at an address.
const writers: Record<string, Partial<Record<Partition, string>>> = {
  Api: { arrivals: 'Update', requests: 'Update', webhooks: 'Update Delete' },
  Administer: {
    ...{ arrivals: 'Update', requests: 'Update', types: 'Update' },
    ...{ keys: 'Put Update', tenants: 'Put Update' },
  },
  Realtime: { arrivals: 'Update', requests: 'Update', connections: 'Put Update Delete' },
  Changes: { types: 'Update' },
  Follow: {},
  Stream: {},
  Deliver: { webhooks: 'Update' },
  Settle: {},
  Erase: { arrivals: 'Update', keys: 'Update', tenants: 'Update' },
  Drain: { arrivals: 'Update', types: 'Update' },
  Sweep: {
    arrivals: 'Update',
    rootSecret: 'Put',
    connections: 'Put Update Delete',
  },
}

const places = {
  bodies: 'bodies/a',
  statements: 'statements/a',
  attachments: 'attachments/4f/a',
  lasting: 'documents/lasting/t/a',
  expiring: 'documents/expiring/t/a',
  quarantine: 'quarantine/t/a',
  spill: 'spill/00/a',
  large: 'large/standard/a',
  failed: 'failed/records/a',
  givenUp: 'aws/lambda/esm/shard/a',
  leaves: 'trees/batches/2026112912/a',
  trees: 'trees/hours/t/2026112912/head',
  settling: 'lake/settlement.json',
  access: 'access/t/a',
  exports: 'exports/t/e/parts/000000',
  elsewhere: 'a',
}

type Place = keyof typeof places
// r: read, w: write, d: delete.
type Uses = Partial<Record<Place, string>>

const quarantineAndDocuments: Uses = { quarantine: 'rwd', lasting: 'rwd', expiring: 'rwd' }
const ingest: Uses = { ...quarantineAndDocuments, bodies: 'rw', statements: 'rw', spill: 'w' }
const files: Uses = { access: 'rwd', exports: 'rwd' }

const users: Record<string, Uses> = {
  Api: { ...ingest, ...files, attachments: 'rw', large: 'r', leaves: 'r', trees: 'r' },
  Administer: { bodies: 'rw', statements: 'r', lasting: 'rwd', expiring: 'rwd', spill: 'w' },
  Realtime: ingest,
  Changes: {
    ...{ bodies: 'r', statements: 'rw', lasting: 'rwd', expiring: 'r' },
    ...{ large: 'w', failed: 'w', leaves: 'w', givenUp: 'w' },
  },
  Follow: { bodies: 'r', statements: 'r', givenUp: 'w' },
  Stream: { bodies: 'r', statements: 'r', lasting: 'r', expiring: 'r' },
  Deliver: { bodies: 'r', statements: 'r', lasting: 'r', expiring: 'r', large: 'r' },
  Settle: { lasting: 'r', expiring: 'r', large: 'rd', settling: 'rw' },
  Erase: {
    ...{ ...ingest, ...files, bodies: 'rwd', statements: 'rwd', attachments: 'rd', large: 'rd' },
    ...{ trees: 'rwd', leaves: 'rwd', failed: 'rwd', givenUp: 'rwd', settling: 'rw' },
    spill: 'rwd',
  },
  Drain: {
    ...{ ...ingest, spill: 'rwd', large: 'w', leaves: 'w' },
    ...{ failed: 'rwd', givenUp: 'rd' },
  },
  Sweep: {
    ...{ ...ingest, ...files, attachments: 'r', large: 'r' },
    ...{ trees: 'rwd', leaves: 'rwd' },
  },
}

const letters = { r: 's3:GetObject', w: 's3:PutObject', d: 's3:DeleteObject' }

describe('The registry', () => {
  for (const name of functions) {
    it(`is written by ${name} where it must, and nowhere else`, () => {
      const found = Object.entries(partitions).flatMap(([kind, keys]) => {
        const may = written.filter((action) => keys.some((key) => mayWrite(name, action, key)))
        return may.length === 0 ? [] : [[kind, may.map((one) => one.replace('Item', '')).join(' ')]]
      })
      expect(Object.fromEntries(found)).toEqual(writers[name] as object)
      // All keys of a kind, or none.
      for (const [kind, uses] of Object.entries(writers[name] ?? {})) {
        for (const key of partitions[kind as Partition]) {
          for (const use of uses.split(' ')) expect(mayWrite(name, `${use}Item`, key)).toBe(true)
        }
      }
    })
  }

  it('is written one partition at a time: no batch and no statement goes around the condition', () => {
    const around = ['BatchWriteItem', 'PartiQLInsert', 'PartiQLUpdate', 'PartiQLDelete', 'Scan']
    const found = allStatements(graph).filter(
      ({ Action, Resource }) =>
        Resource.some((one) => one.startsWith(registry)) &&
        Action.some((one) => around.includes(one.replace('dynamodb:', ''))),
    )
    expect(found).toEqual([])
  })

  function mayWrite(name: string, action: string, key: string): boolean {
    const context = { 'dynamodb:LeadingKeys': [key] }
    return mayDoWith(roleOf(name), `dynamodb:${action}`, registry, context)
  }
})

describe('The bucket of blobs', () => {
  for (const name of functions) {
    it(`is used by ${name} where it must, and nowhere else`, () => {
      const found = Object.entries(places).flatMap(([place, key]) => {
        const may = Object.entries(letters).filter(([, action]) =>
          mayDoWith(roleOf(name), action, `${bucket}/${key}`),
        )
        return may.length === 0 ? [] : [[place, may.map(([letter]) => letter).join('')]]
      })
      expect(Object.fromEntries(found)).toEqual(users[name] as object)
    })
  }
})

describe('Administer', () => {
  const arn = named(graph, 'Function', 'AdministerFunction').outputs.arn as string

  it('is called by Api alone, and has no address of its own', () => {
    const callers = functions.filter((name) =>
      mayDoWith(roleOf(name), 'lambda:InvokeFunction', arn),
    )
    expect(callers).toEqual(['Api'])
    const { inputs } = named(graph, 'Function', 'AdministerFunction')
    const urls = ofType(graph, 'FunctionUrl').map((one) => one.inputs.functionName)
    expect(urls).not.toContain(inputs.name)
    const granted = ofType(graph, 'Permission').filter((one) => one.inputs.function === inputs.name)
    expect(granted).toEqual([])
    expect(named(graph, 'Function', 'ApiFunction').inputs.environment.variables).toMatchObject({
      NONIUS_ADMINISTER: inputs.name,
    })
  })

  it('has ended before Api has', () => {
    const timeout = (name: string) => named(graph, 'Function', `${name}Function`).inputs.timeout
    expect(timeout('Administer')).toBeLessThan(27)
    expect(timeout('Api')).toBeGreaterThan(27)
  })
})

describe('Nobody else has a service as a deputy', () => {
  it('not schedules', () => {
    const roles = ofType(graph, 'Role').filter(({ name }) => name.endsWith('ScheduleRole'))
    expect(roles.length).toBeGreaterThanOrEqual(3)
    for (const { inputs } of roles) {
      expect(documentOf(inputs.assumeRolePolicy).Statement).toMatchObject([
        {
          Condition: {
            StringEquals: { 'aws:SourceAccount': '123456789012' },
            ArnLike: {
              'aws:SourceArn': 'arn:aws:scheduler:us-east-1:123456789012:schedule-group/default',
            },
          },
        },
      ])
      // The condition holds for schedules of the group that there always is.
      const [schedule] = ofType(graph, 'Schedule')
      expect(schedule?.inputs.groupName ?? 'default').toBe('default')
    }
  })

  it('nor who may call a function: each names what calls it', () => {
    const open = ofType(graph, 'Permission').filter(
      ({ inputs }) => inputs.principal !== '*' && inputs.sourceArn === undefined,
    )
    expect(open).toEqual([])
  })

  it('nor policies of buckets and queues, which only refuse', () => {
    const documents = graph.resources
      .filter(({ type }) => /:(BucketPolicy|QueuePolicy|TopicPolicy)$/.test(type))
      .flatMap(({ inputs }) => documentOf(inputs.policy).Statement)
    expect(documents.filter(({ Effect }: { Effect: string }) => Effect !== 'Deny')).toEqual([])
  })
})

it('names no partition of AWS but the one that it is deployed to', async () => {
  const files = [...new Bun.Glob('{infra,functions}/**/*.ts').scanSync(), 'sst.config.ts']
  const literal: string[] = []
  for (const file of files) {
    if (/arn:aws\b/.test(await Bun.file(file).text())) literal.push(file)
  }
  expect(literal).toEqual([])
})
