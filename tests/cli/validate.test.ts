import { describe, expect, it } from 'bun:test'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { anEnvelope, anEvent } from '../support/envelopes'
import { temporaryFolder } from '../support/folders'
import { nonius } from '../support/program'

const validate = (stdin: unknown, ...args: string[]) =>
  nonius(['validate', '-', ...args], {
    stdin: typeof stdin === 'string' ? stdin : JSON.stringify(stdin),
  })

describe('nonius validate', () => {
  it('passes what conforms', async () => {
    const { stdout, exitCode } = await validate(anEnvelope([anEvent(), anEvent()]))
    expect(stdout).toBe('standard input: 2 events, 0 describes; 0 errors, 0 warnings\n')
    expect(exitCode).toBe(0)
  })

  it('takes bare events, arrays and JSON lines as well', async () => {
    const lines = [anEvent(), anEvent()].map((event) => JSON.stringify(event)).join('\n')
    for (const [input, held] of [
      [anEvent(), '1 event,'],
      [[anEvent(), anEvent()], '2 events,'],
      [lines, '2 events,'],
    ] as const) {
      const { stdout, exitCode } = await validate(input)
      expect(stdout).toStartWith(`standard input: ${held}`)
      expect(exitCode).toBe(0)
    }
  })

  it('checks statements of xAPI by their own rules', async () => {
    const statement = {
      id: '5c3bd2f1-8a7d-4f8e-8c38-8f60a4a2c6f1',
      actor: { mbox: 'mailto:ann@example.org' },
      verb: { id: 'http://adlnet.gov/expapi/verbs/passed', display: { en: 'passed' } },
      object: {
        id: 'https://lms.example/quiz/1',
        definition: { name: { en: 'Q' }, type: 'a:quiz' },
      },
      timestamp: '2026-11-21T09:30:00.000Z',
    }
    const good = await validate(statement)
    expect(good.stdout).toBe('standard input: 1 event, 0 describes; 0 errors, 0 warnings\n')
    expect(good.exitCode).toBe(0)
    const bad = await validate([statement, { ...statement, version: '1.0.3', actor: {} }])
    expect(bad.stdout).toContain('[1].actor.mbox: ')
    expect(bad.stdout).toContain('(xAPI-Data 2.4.2.3)')
    expect(bad.exitCode).toBe(1)
  })

  it('names the file, the line, the path, the rule and its section, and exits with 1', async () => {
    using folder = temporaryFolder()
    const file = join(folder.path, 'events.ndjson')
    const { eventTime: _, ...untimed } = anEvent() as Record<string, unknown>
    await writeFile(file, `${JSON.stringify(anEvent())}\n\n${JSON.stringify(untimed)}\n`)
    const { stdout, exitCode } = await nonius(['validate', file])
    expect(stdout).toContain(`${file}: 2 events, 0 describes; 1 error, 0 warnings\n`)
    expect(stdout).toMatch(
      /^ {2}error {2}required\n {4}\S+events\.ndjson:3 {2}eventTime: Required \(.+\)$/m,
    )
    expect(exitCode).toBe(1)
  })

  it('reports as JSON, with the path inside the item', async () => {
    const { stdout, exitCode } = await validate([anEvent({ actor: undefined })], '--json')
    const [report] = JSON.parse(stdout)
    expect(report).toMatchObject({ file: 'standard input', valid: false, eventCount: 1 })
    expect(report.errors).toContainEqual(
      expect.objectContaining({
        place: 'standard input [0]',
        line: 1,
        path: ['actor'],
        message: 'Required',
        severity: 'error',
      }),
    )
    expect(exitCode).toBe(1)
  })

  it('puts what is of one kind together, and names the line of each value', async () => {
    using folder = temporaryFolder()
    const file = join(folder.path, 'envelope.json')
    const wrong = (n: number) => anEvent({ actor: { id: `person ${n}`, type: 'Person' } })
    const data = Array.from({ length: 12 }, (_, n) => wrong(n))
    const text = JSON.stringify({ ...anEnvelope(data), sendTime: 'soon' }, null, 2)
    await writeFile(file, text)
    const { stdout } = await nonius(['validate', file])
    const lines = text.split('\n')
    const lineOf = (part: string) => lines.findIndex((line) => line.includes(part)) + 1
    expect(stdout).toContain('  error  invalid_iri, 12 times\n')
    expect(stdout).toContain(`${file}:${lineOf('person 3')}  data[3].actor.id: Expected an IRI`)
    expect(stdout).toContain(`${file}:${lineOf('"soon"')}  sendTime: Expected`)
    expect(stdout).toContain('    and 2 more\n')
    expect(stdout).not.toContain('\u001b')
  })

  it('lets nothing in a file speak to the terminal', async () => {
    const event = anEvent({ '\u001b[2J\u009b31m': 1, actor: '\u001b]0;x\u0007' })
    const { stdout } = await validate(event)
    expect(stdout).toContain('\\u001b[2J\\u009b31m: ')
    expect(stdout.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u)
  })

  it('counts all, and lists a thousand of each kind', async () => {
    const events = Array.from({ length: 1200 }, () => anEvent({ group: null }))
    const { stdout } = await validate(events, '--json')
    const [report] = JSON.parse(stdout)
    expect(report).toMatchObject({ valid: true, warningCount: 1200, errors: [] })
    expect(report.counts).toEqual({ 'warning empty_value': 1200 })
    expect(report.warnings).toHaveLength(1000)
  })

  for (const [what, input, sentence] of [
    ['nothing', '', 'standard input is empty.'],
    ['half a document', '{"data":[', 'standard input is not JSON: '],
    ['a broken line', '{"type":"A"}\n{"type"', 'standard input, line 2, is not JSON: '],
  ] as const) {
    it(`says in a sentence that it was given ${what}`, async () => {
      const { stderr, exitCode } = await validate(input)
      expect(stderr.toLowerCase()).toStartWith(sentence.toLowerCase())
      expect(stderr).not.toContain('    at ')
      expect(exitCode).toBe(1)
    })
  }

  it('says in a sentence that there is no such file', async () => {
    const { stderr, exitCode } = await nonius(['validate', 'no-such.json'])
    expect(stderr).toBe('no-such.json: there is no such file or folder.\n')
    expect(exitCode).toBe(1)
  })
})
