import { describe, expect, it } from 'bun:test'
import { PassThrough } from 'node:stream'
import type { Source } from '../platform/registry/sources'
import { chooseSource } from './choose-source'

const at = new Date('2026-11-28T22:00:00.000Z')
const tenantId = 'school'

function scene(ids = ['demo', 'canvas']) {
  const held = new Map(
    ids.map((sourceId): [string, Source] => {
      return [sourceId, { tenantId, sourceId, name: sourceId, createdAt: at.toISOString() }]
    }),
  )
  const sources = {
    list: async () => [...held.values()],
    get: async (_: string, id: string) => held.get(id),
    put: async (source: Source) => void held.set(source.sourceId, source),
  }
  const input = new PassThrough()
  const output = new PassThrough()
  let said = ''
  output.on('data', (part) => (said += part))
  const asked = { tenantId, given: undefined, isUnimportant: false, at }
  return {
    held,
    /** @param lines that a person types; an end is Ctrl-D */
    typing(...lines: string[]) {
      for (const line of lines) input.write(`${line}\n`)
      const terminal = { input, output }
      return chooseSource({ sources }, { ...asked, terminal })
    },
    end: () => input.end(),
    without: (more: { given?: string; isUnimportant?: boolean; standIn?: string }) =>
      chooseSource({ sources }, { ...asked, terminal: undefined, ...more }),
    said: () => said,
  }
}

describe('the source of a new key', () => {
  it('is asked for at a terminal, which names those that there are', async () => {
    const { typing, said, held } = scene()
    expect(await typing(' canvas ')).toBe('canvas')
    expect(said()).toContain('There are: demo, canvas; a new one is added.')
    expect([...held.keys()]).toEqual(['demo', 'canvas'])
  })

  it('is asked for again after what can be none, and a new one is added', async () => {
    const { typing, held, said } = scene()
    expect(await typing('', '../x', 'moodle')).toBe('moodle')
    expect(said().match(/A source is named by/g)).toHaveLength(2)
    expect(held.get('moodle')).toMatchObject({ tenantId, name: 'moodle' })
  })

  it('is missed by who types nothing, or leaves', async () => {
    await expect(scene().typing('', '', '')).rejects.toThrow('No key was made')
    const { typing, end } = scene()
    const leaving = typing()
    end()
    await expect(leaving).rejects.toThrow('No key was made')
  })

  it('has to be named where nobody can be asked, by a sentence that names those that there are', async () => {
    const sentence = /There are: demo, canvas\. Name one, or a new one: --source ID/
    await expect(scene().without({})).rejects.toThrow(sentence)
    await expect(scene([]).without({})).rejects.toThrow('There are: none yet')
    const many = Array.from({ length: 30 }, (_, number) => `s${number}`)
    await expect(scene(many).without({})).rejects.toThrow('s19 and 10 more')
  })

  it('is the oldest for a key that sends nothing, and what stands in where there is that', async () => {
    expect(await scene().without({ isUnimportant: true })).toBe('demo')
    expect(await scene(['main']).without({ isUnimportant: true })).toBe('main')
    expect(await scene().without({ standIn: 'demo' })).toBe('demo')
    expect(await scene().without({ given: 'canvas', standIn: 'demo' })).toBe('canvas')
  })
})
