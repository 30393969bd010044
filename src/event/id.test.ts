import { describe, expect, it } from 'bun:test'
import { derivedId, derivedNativeId, derivedUuid } from './id'

describe('an id derived from content', () => {
  it('never changes: a resend after years is recognised', () => {
    expect(derivedId('{"b":[1.0,"\\u00e9"],"a":null}')).toBe(
      'urn:uuid:dbaaec2a-6832-51f4-a89b-92a59889dd15',
    )
  })

  it('is of the same content in each form', () => {
    const content = '{"b":[1.0,"\\u00e9"],"a":null}'
    expect(derivedUuid(content)).toBe('dbaaec2a-6832-51f4-a89b-92a59889dd15')
    expect(derivedNativeId(content)).toBe('evt_dbaaec2a683251f4a89b92a59889dd15')
    expect(derivedNativeId(content, 'one')).not.toBe(derivedNativeId(content))
  })

  it('does not depend on how the content is written', () => {
    const id = derivedId('{"a":1,"b":{"c":[true]}}')
    expect(derivedId(' {"b": {"c":[ true ]}, "a":1.0}\n')).toBe(id)
    expect(derivedId('{"a":1,"b":{"c":[false]}}')).not.toBe(id)
  })

  it('tells apart what else is said to be distinct', () => {
    expect(derivedId('{}', 'one')).not.toBe(derivedId('{}', 'two'))
    expect(derivedId('{}', '')).toBe(derivedId('{}'))
  })

  it('is found for text that UTF-8 cannot hold', () => {
    expect(derivedId('"\\ud800"')).not.toBe(derivedId('"\\udc00"'))
  })
})
