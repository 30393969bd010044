import { describe, expect, it } from 'bun:test'
import { csvLine } from './csv'

const cells: [value: unknown, cell: string][] = [
  ['plain', 'plain'],
  [undefined, ''],
  [null, ''],
  [0, '0'],
  [-1.5, '-1.5'],
  [['a', 'b'], '"[""a"",""b""]"'],
  ['a "b", c', '"a ""b"", c"'],
  ['two\nlines', '"two\nlines"'],
  // What a spreadsheet would carry out.
  ['=1+1', "'=1+1"],
  ['+49 30 1', "'+49 30 1"],
  ['-cmd', "'-cmd"],
  ['@SUM(A1)', "'@SUM(A1)"],
  ['\t=1', "'\t=1"],
  ['\r=1', '"\'\r=1"'],
  ['|calc', "'|calc"],
  ['=HYPERLINK("https://evil.example","x")', '"\'=HYPERLINK(""https://evil.example"",""x"")"'],
]

describe('a cell of a table', () => {
  for (const [value, cell] of cells) {
    it(`${JSON.stringify(value)} is ${JSON.stringify(cell)}`, () => {
      expect(csvLine([value])).toBe(`${cell}\r\n`)
    })
  }
})
