import { describe, expect, it } from 'bun:test'
import { isAtHost, isHostPattern } from './hosts'

describe('A pattern of hosts', () => {
  for (const text of [
    'hooks.example.edu',
    '*.example.edu',
    'xn--bcher-kva.example',
    'intranet',
    'a_b.example.edu',
    '8.8.8.8',
    '[2606:4700:4700::1111]',
  ]) {
    it(`may be ${text}`, () => expect(isHostPattern(text)).toBe(true))
  }

  for (const text of [
    '',
    '*',
    '*.',
    '*example.edu',
    'hooks.*.edu',
    '*.*.edu',
    'Hooks.example.edu',
    'hooks.example.edu.',
    'hooks.example.edu:443',
    'https://hooks.example.edu',
    'hooks.example.edu/',
    'user@hooks.example.edu',
    'bücher.example',
    '*.8.8.8.8',
    '*.[2606:4700:4700::1111]',
    '2606:4700:4700::1111',
    '0x8.8.8.8',
    'a b',
    `${'a.'.repeat(130)}edu`,
  ]) {
    it(`is not ${text.slice(0, 40) || 'empty'}`, () => expect(isHostPattern(text)).toBe(false))
  }

  it('stands for the host, or for all below it', () => {
    const at = (pattern: string, url: string) => isAtHost([pattern], url)
    expect(at('hooks.example.edu', 'https://hooks.example.edu:8443/in?a=b')).toBe(true)
    expect(at('hooks.example.edu', 'https://HOOKS.example.edu./')).toBe(true)
    expect(at('hooks.example.edu', 'https://a.hooks.example.edu/')).toBe(false)
    expect(at('*.example.edu', 'https://a.b.example.edu/')).toBe(true)
    expect(at('*.example.edu', 'https://example.edu/')).toBe(false)
    expect(at('*.example.edu', 'https://badexample.edu/')).toBe(false)
    expect(at('*.example.edu', 'https://example.edu.example.org/')).toBe(false)
    expect(at('hooks.example.edu', 'https://hooks.example.edu@example.org/')).toBe(false)
    expect(at('8.8.8.8', 'https://0x8.8.8.8/')).toBe(true)
    expect(isAtHost([], 'https://hooks.example.edu/')).toBe(false)
    expect(isAtHost(['a.example', 'b.example'], 'https://b.example/')).toBe(true)
  })
})
