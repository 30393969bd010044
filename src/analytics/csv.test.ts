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
  ['\t=1', '"\'\t\'=1"'],
  ['\r=1', '"\'\r\'=1"'],
  ['\tplain', '"\'\tplain"'],
  [' =1', "' =1"],
  ['\0=1', "'\0=1"],
  ['\uFEFF=1', "'\uFEFF=1"],
  ['＝1+1', "'＝1+1"],
  ['%0A=1', "'%0A=1"],
  // Where a semicolon or a tab separates, and no quote after a comma counts.
  ['a;=cmd();b', '"a;\'=cmd();b"'],
  ['a\t=cmd()', '"a\t\'=cmd()"'],
  ['a\n@cmd()', '"a\n\'@cmd()"'],
  ['a; b-c, 1=1', '"a; b-c, 1=1"'],
  [{ a: -1, b: ['=1'] }, '"{""a"":-1,""b"":[""=1""]}"'],
  [true, 'true'],
  [12345678901234567890n, '12345678901234567890'],
  ['half \ud800.', 'half \ufffd.'],
  ['|calc', "'|calc"],
  ['=HYPERLINK("https://evil.example","x")', '"\'=HYPERLINK(""https://evil.example"",""x"")"'],
]

describe('a cell of a table', () => {
  for (const [value, cell] of cells) {
    it(`${typeof value === 'bigint' ? value : JSON.stringify(value)} is ${JSON.stringify(cell)}`, () => {
      expect(csvLine([value])).toBe(`${cell}\r\n`)
    })
  }
})
