import { describe, expect, it } from 'bun:test'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { anEnvelope, anEvent } from '../support/envelopes'
import { temporaryFolder } from '../support/folders'
import { nonius } from '../support/program'

const convert = (to: string, stdin: string) => nonius(['convert', '-', '--to', to], { stdin })

const linesOf = (stdout: string) =>
  stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>)

const page = { id: 'https://example.edu/pages/1', type: 'Page', name: 'One' }

describe('nonius convert', () => {
  it('gives back from statements what it made statements of, from every form of a file', async () => {
    const events = [anEvent(), anEvent(), anEvent()]
    const forms = {
      envelope: JSON.stringify(anEnvelope(events), null, 2),
      array: JSON.stringify(events),
      lines: events.map((event) => JSON.stringify(event)).join('\n'),
    }
    for (const text of Object.values(forms)) {
      const there = await convert('xapi', text)
      expect(there.exitCode).toBe(0)
      const statements = linesOf(there.stdout)
      expect(statements.map(({ id }) => `urn:uuid:${id}`)).toEqual(events.map(({ id }) => id))
      expect(statements[0]).toHaveProperty('verb')
      expect(there.stderr).toMatch(
        /^standard input: 3 converted \(\d+ exact, \d+ close, \d+ generic\), 0 refused$/m,
      )
      const back = await convert('caliper', there.stdout)
      expect(linesOf(back.stdout)).toEqual(events)
      expect(back.exitCode).toBe(0)
    }
  }, 60_000)

  it('leaves out descriptions, refuses what neither standard takes, and says why', async () => {
    const untimed = { ...anEvent(), eventTime: 'yesterday' }
    const voiceless = { actor: { mbox: 'mailto:ada@example.edu' }, verb: {} }
    const lines = [page, untimed, voiceless, anEvent()].map((one) => JSON.stringify(one)).join('\n')
    const { stdout, stderr, exitCode } = await convert('xapi', lines)
    expect(linesOf(stdout)).toHaveLength(1)
    expect(stderr).toContain('standard input, line 2: refused, eventTime: Expected an ISO 8601')
    expect(stderr).toContain('standard input, line 3: refused, ')
    expect(stderr).toContain('verb.id: Required')
    expect(stderr).toMatch(/: 1 converted \(.*\), 2 refused, 1 descriptions of entities left out$/m)
    expect(exitCode).toBe(1)
  })

  it('leaves what is of that standard already as it is', async () => {
    const event = anEvent()
    const { stdout } = await convert('caliper', JSON.stringify([page, event]))
    expect(linesOf(stdout)).toEqual([page, event])
  })

  const refused: [says: string, args: string[], message: string][] = [
    ['no standard', ['-'], "required option '--to <standard>' not specified"],
    ['another standard', ['-', '--to', 'scorm'], 'Allowed choices are xapi, caliper'],
    ['no file', ['/nowhere/at/all.json', '--to', 'xapi'], 'there is no such file or folder'],
  ]
  for (const [says, args, message] of refused) {
    it(`refuses ${says} in a sentence`, async () => {
      const { stdout, stderr, exitCode } = await nonius(['convert', ...args])
      expect(stderr).toContain(message)
      expect(stdout).toBe('')
      expect(exitCode).toBe(1)
    })
  }

  it('names the line at which a file is not JSON', async () => {
    using folder = temporaryFolder()
    const file = join(folder.path, 'events.ndjson')
    await writeFile(file, `${JSON.stringify(anEvent())}\n{"type": }\n`)
    const { stderr, exitCode } = await nonius(['convert', file, '--to', 'xapi'])
    expect(stderr).toContain('line 2, is not JSON')
    expect(exitCode).toBe(1)
  })
})
