import { describe, expect, it } from 'bun:test'
import { type Scope, scopes, withoutSlash } from './scope'
import { allows, scopesFor, type XapiRight, xapiRights } from './xapi-rights'

// The truth, written once more: the rights of a scope, in the order of this row.
const columns: readonly XapiRight[] = [
  'statements/write',
  'statements/read/mine',
  'statements/read',
  'state/read',
  'state/write',
  'profile/read',
  'profile/write',
  'definitions/read',
  'define',
]
const table: Record<Scope, string> = {
  //                       wr mine rd  s-r s-w p-r p-w d-r def
  'statements/write': '     x   .   .   .   .   .   .   .   .',
  'statements/read/mine': ' .   x   .   .   .   .   .   x   .',
  'statements/read': '      .   x   x   .   .   .   .   x   .',
  state: '                  .   .   .   x   x   .   .   .   .',
  profile: '                .   .   .   .   .   x   x   x   .',
  define: '                 .   .   .   .   .   .   .   .   x',
  'all/read': '             .   x   x   x   .   x   .   x   .',
  all: '                    x   x   x   x   x   x   x   x   x',
  'events:write': '         x   .   .   .   x   .   x   .   x',
  'events:read': '          .   x   x   x   .   x   .   x   .',
  'webhooks:read': '        .   .   .   .   .   .   .   .   .',
  'webhooks:write': '       .   .   .   .   .   .   .   .   .',
  'quarantine:read': '      .   .   .   .   .   .   .   .   .',
  'quarantine:write': '     .   .   .   .   .   .   .   .   .',
  admin: '                  .   .   .   .   .   .   .   .   .',
  installation: '           .   .   .   .   .   .   .   .   .',
  'consents:write': '       .   .   .   .   .   .   .   .   .',
  'metrics:read': '         .   .   .   .   .   .   .   .   .',
}

const rightsIn = (row: string) => columns.filter((_, at) => row.trim().split(/ +/)[at] === 'x')

describe('a scope', () => {
  it('stands in the table, as every right does', () => {
    expect(Object.keys(table).sort()).toEqual([...scopes].sort())
    expect([...columns].sort()).toEqual([...xapiRights].sort())
  })

  for (const [scope, row] of Object.entries(table) as [Scope, string][]) {
    it(`${scope} allows what the table says, and nothing else`, () => {
      const allowed = columns.filter((right) => allows({ scopes: [scope] }, right))
      expect(allowed).toEqual(rightsIn(row))
    })
  }

  it('adds to others, and takes nothing away', () => {
    for (const one of scopes) {
      for (const other of scopes) {
        const both = columns.filter((right) => allows({ scopes: [one, other] }, right))
        const each = columns.filter((right) =>
          [one, other].some((scope) => rightsIn(table[scope]).includes(right)),
        )
        expect(both).toEqual(each)
      }
    }
  })

  it('is named to whoever lacks a right', () => {
    for (const right of columns) {
      const granting = scopes.filter((scope) => rightsIn(table[scope]).includes(right))
      expect(scopesFor(right).sort()).toEqual(granting.sort())
    }
  })

  it('has a name of its own where no slash may be in it', () => {
    const names = scopes.map(withoutSlash)
    expect(new Set(names).size).toBe(scopes.length)
    expect(names.join()).not.toContain('/')
  })
})

describe('a session of cmi5', () => {
  it('has its own rights, whatever scopes stand beside it', () => {
    const session = { registration: 'r', agent: 'a', activityId: 'i' }
    for (const given of [[], ['all'], ['admin']] as Scope[][]) {
      const allowed = columns.filter((right) => allows({ scopes: given, session }, right))
      expect(allowed).toEqual([
        'statements/write',
        'state/read',
        'state/write',
        'profile/read',
        'definitions/read',
      ])
    }
  })
})
