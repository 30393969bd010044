import { describe, expect, it, setDefaultTimeout } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { renderSstEnv } from '../../infra/synth/sst-env'
import { graphOf, named, ofType, root, synthesise } from './support/graphs'

setDefaultTimeout(60_000)

const production = graphOf('production')
const ci = graphOf('ci')

describe('production', () => {
  it('cannot be removed by a slip, and leaves its data when it is', () => {
    expect(production.app).toMatchObject({ protect: true, removal: 'retain' })
    for (const type of ['Table', 'Bucket', 'Key', 'UserPool']) {
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

describe('any other stage', () => {
  it('goes when it is removed, with what is in it', () => {
    expect(ci.app).toMatchObject({ protect: false, removal: 'remove' })
    for (const type of ['Table', 'Bucket', 'Key', 'UserPool']) {
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
