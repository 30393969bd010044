import { describe, expect, it } from 'bun:test'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { standardNamed } from '../../src/standards'
import { commonNames } from '../../src/standards/native/common-names'
import { finish } from '../../src/syntax/steps'
import { senders } from '../support/senders'
import { unsaid } from '../support/senders/sender'

const pages = join(import.meta.dir, '../../docs/senders')
const receivedAt = '2026-09-01T12:00:00.000Z'

describe('the record says what happened', () => {
  for (const { name, standard, shapes } of senders) {
    for (const { says, sent, record } of shapes) {
      it(`${name}: ${says}`, async () => {
        const { readItem } = await standardNamed(standard)!.load()
        const origin = { context: { version: '1.0.3' }, receivedAt }
        const [item] = finish(readItem(JSON.stringify(sent), origin)).items
        expect(item).toHaveProperty('event')
        expect(item).toMatchObject({ event: { ...unsaid, ...record } as object })
      })
    }
  }
})

describe('every sender', () => {
  it('with a page is in the table, and the other way round', () => {
    const written = readdirSync(pages).filter((file) => file !== 'README.md')
    const tried = senders.map(({ page }) => page)
    expect(written.filter((page) => !tried.includes(page))).toEqual([])
    expect(tried.filter((page) => !existsSync(join(pages, page)))).toEqual([])
  })
})

describe('the page on events without a standard', () => {
  const page = readFileSync(join(pages, 'native.md'), 'utf8')
  const rows = [...page.matchAll(/^\| `(\w+)` \| [^|]+ \| ([^|]+) \|/gm)]
  it('prints the names that are read', () => {
    const printed = rows.map(([, field, names]) => [field, names!.replaceAll('`', '').split(' ')])
    const read = Object.entries(commonNames).map(([field, names]) => [
      field,
      names.trim().split(/\s+/),
    ])
    expect(printed).toEqual(read)
  })
})
