import { describe, expect, it } from 'bun:test'
import type { Registry } from '../../../src/platform/registry'
import type { Source } from '../../../src/platform/registry/sources'

type Opened = { registry: Pick<Registry, 'sources'> } & AsyncDisposable

const at = '2026-11-21T09:30:00.000Z'

const aSource = (fields: Partial<Source> = {}): Source => ({
  tenantId: 'school',
  sourceId: 'moodle',
  name: 'Moodle',
  createdAt: at,
  ...fields,
})

export function sourcesContract(name: string, create: () => Promise<Opened>) {
  describe(`${name} keeps the promises of sources`, () => {
    it('keeps sources by tenant', async () => {
      await using opened = await create()
      const { sources } = opened.registry
      const canvas = aSource({ sourceId: 'canvas', name: 'Canvas' })
      const foreign = aSource({ tenantId: 'other', name: 'Theirs' })
      for (const source of [aSource(), canvas, foreign]) await sources.put(source)
      await sources.put(aSource({ name: 'Moodle 5' }))

      expect(await sources.get('school', 'moodle')).toEqual(aSource({ name: 'Moodle 5' }))
      expect(await sources.get('other', 'canvas')).toBeUndefined()
      const listed = await sources.list('school')
      expect(listed.map((source) => source.sourceId).sort()).toEqual(['canvas', 'moodle'])
      expect(await sources.list('other')).toEqual([foreign])
    })

    it('keeps the settings of a source, and forgets those that are left out', async () => {
      await using opened = await create()
      const { sources } = opened.registry
      const signingKeys = [{ kty: 'EC', crv: 'P-256', x: 'a', y: 'b' }]
      const signing = { required: true, keys: signingKeys }
      const settings = { mode: 'strict', signing, duplicates: 'accept', updatedAt: at } as const
      const strict = aSource(settings)
      await sources.put(strict)
      expect(await sources.get('school', 'moodle')).toEqual(strict)
      expect(await sources.list('school')).toEqual([strict])
      await sources.put(aSource())
      expect(await sources.get('school', 'moodle')).toEqual(aSource())
    })
  })
}
