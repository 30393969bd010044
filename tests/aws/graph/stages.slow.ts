import { describe, expect, it, setDefaultTimeout } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { renderSstEnv } from '../../../tools/synth/sst-env'
import { graphOf, named, ofType, root, synthesise } from '../../support/graph/graphs'

setDefaultTimeout(240_000) // a synthesis takes 15 s on two idle cores

const production = graphOf('production')
const ci = graphOf('ci')

// What holds data, or what senders were told: a pool is of no use to them without its clients.
const kinds = ['Table', 'Bucket', 'Key', 'UserPool', 'UserPoolClient', 'ResourceServer']

describe('production', () => {
  it('cannot be removed by a slip, and leaves its data when it is', () => {
    expect(production.app).toMatchObject({ protect: true, removal: 'retain' })
    for (const type of kinds) {
      const kept = ofType(production, type).map(({ name, retainOnDelete }) => [
        name,
        retainOnDelete,
      ])
      expect(kept).toEqual(kept.map(([name]) => [name, true]))
    }
  })

  it('has tables and buckets that a call cannot delete either', () => {
    for (const { inputs } of ofType(production, 'Table')) {
      expect(inputs.deletionProtectionEnabled).toBe(true)
    }
    for (const { inputs } of ofType(production, 'Bucket')) expect(inputs.forceDestroy).toBe(false)
  })

  it('seals with a key that rotates, and that takes a month to delete', () => {
    expect(named(production, 'Key', 'RootKey').inputs).toMatchObject({
      enableKeyRotation: true,
      deletionWindowInDays: 30,
    })
  })
})

describe('the region', () => {
  it('of production is named by its deployer, or nothing is deployed', () => {
    for (const AWS_REGION of ['', undefined]) {
      const { status, stdout, stderr } = synthesise(['--stage', 'production'], { AWS_REGION })
      expect(status).toBe(1)
      expect(stdout).toBe('')
      expect(stderr).toContain('AWS_REGION must name the region in which stage production is')
    }
  })

  it('of any other stage is usual when nobody names it', () => {
    expect(ci.app).toMatchObject({ providers: { aws: { region: 'us-east-1' } } })
  })
})

describe('a resource of which the name is ours', () => {
  it('leaves its name to the one that replaces it, or cannot be replaced', () => {
    const ours = ['Workgroup', 'LogGroup', 'CatalogTable'].flatMap((type) =>
      ofType(production, type),
    )
    const names = ours.filter(({ inputs }) =>
      /^(nonius-|\/nonius\/)|^(archive|events)$/.test(inputs.name),
    )
    expect(names.length).toBeGreaterThan(15)
    expect(names.filter(({ deleteBeforeReplace }) => !deleteBeforeReplace)).toEqual([])
    expect(named(production, 'CatalogDatabase', 'LakeDatabase').protect).toBe(true)
    expect(named(ci, 'CatalogDatabase', 'LakeDatabase').protect).toBeUndefined()
  })
})

describe('a stage', () => {
  it('tells every function which environment it is, whatever the deployer has set', () => {
    for (const [graph, environment] of [
      [production, 'production'],
      [ci, 'development'],
    ] as const) {
      const told = ofType(graph, 'Function')
        .map(({ inputs }) => inputs.environment?.variables ?? {})
        .filter((variables) => 'NONIUS_HOT_TTL_DAYS' in variables)
      expect(told).toHaveLength(11)
      for (const one of told) expect(one).toHaveProperty('NONIUS_ENVIRONMENT', environment)
    }
  })
})

describe('any other stage', () => {
  it('goes when it is removed, with what is in it', () => {
    expect(ci.app).toMatchObject({ protect: false, removal: 'remove' })
    for (const type of kinds) {
      expect(ofType(ci, type).filter(({ retainOnDelete }) => retainOnDelete)).toEqual([])
    }
    for (const { inputs } of ofType(ci, 'Bucket')) expect(inputs.forceDestroy).toBe(true)
  })

  it('has what production has, under other names', () => {
    const names = (graph: typeof ci) => graph.resources.map(({ type, name }) => `${type} ${name}`)
    const withoutStack = (all: string[]) => all.filter((one) => !one.startsWith('pulumi:')).sort()
    expect(withoutStack(names(ci))).toEqual(withoutStack(names(production)))
  })
})

describe('the name of a stage', () => {
  for (const stage of ['Jane', 'my_stage', 'paws', 'amazon-test', 'x-', 'x'.repeat(44)]) {
    it(`is refused where AWS would refuse what is named after it: ${stage}`, () => {
      const { status, stderr } = synthesise(['--stage', stage])
      expect(status).toBe(1)
      expect(stderr).toContain('A stage is named by up to 43 lower-case letters')
    })
  }

  it('leaves room for the names that AWS keeps shortest', () => {
    const graph = JSON.parse(synthesise(['--stage', `pr-${'1'.repeat(40)}`]).stdout) as typeof ci
    const { domain } = named(graph, 'UserPoolDomain', 'ClientsDomain').inputs
    expect(domain).toMatch(/^[a-z0-9][a-z0-9-]{0,61}[a-z0-9]$/)
    const short = ['FirehoseDeliveryStream', 'Role', 'Function', 'Schedule']
    const names = short.flatMap((type) => ofType(graph, type).map(({ inputs }) => inputs.name))
    expect(names.filter((name) => name?.length > 64)).toEqual([])
  })
})

describe('a synthesis', () => {
  it('says the same twice', () => {
    const again = synthesise(['--stage', 'production'])
    expect(JSON.parse(again.stdout)).toEqual(production)
  })

  it('writes the types of the links that are committed; if not, run `npm run aws:types`', () => {
    const committed = readFileSync(join(root, 'sst-env.d.ts'), 'utf8')
    expect(committed).toBe(renderSstEnv(ci))
  })
})
