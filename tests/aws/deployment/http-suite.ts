import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { synthesised } from '../../../tools/aws-local/synthesised'
import { type Reason, reasons } from '../../support/not-on-aws'

// The tests that speak HTTP to the app over the local platform, against the deployment on emulators.
// `--without-words` leaves out the files below, and the tests of refusals.
const given = process.argv.slice(2)
const isShort = given.includes('--without-words')
// A refusal is decided before a port is asked, or by what all other tests ask as well.
const noRefusal = ['--test-name-pattern', '^(?!.*\\b(refus|4\\d\\d\\b))']
const options = [
  ...given.filter((one) => !one.endsWith('.ts') && one !== '--without-words'),
  ...(isShort ? noRefusal : []),
]
const files = given.filter((one) => one.endsWith('.ts'))
// These are about the words of requests and answers, which the code before the ports reads and writes, on Lambda as
// anywhere: of the ports they use what the others use. They take two fifths of the time of all.
const words = [
  'caliper-batch',
  'caliper-in',
  'consent-signals',
  'consents',
  'dialects',
  'forwarded',
  'native-replies',
  'openapi',
  'page-keys',
  'people',
  'pipeline-wire',
  'policies',
  'quarantine-paths',
  'quarantine-reach',
  'quarantine-repair',
  'roles',
  'rosters',
  'segment',
  'signed-bodies',
  'sources-conformance',
  'sources-strict',
  'telemetry',
  'watch',
  'webhooks-match',
  'webhooks-patch',
].map((name) => `tests/http/${name}.test.ts`)
const present = [...new Bun.Glob('tests/http/*.test.ts').scanSync()].sort()
const gone = words.filter((file) => !present.includes(file))
if (gone.length > 0) throw new Error(`There are no files ${gone.join(', ')}.`)
const all = isShort ? present.filter((file) => !words.includes(file)) : present
const suites = (files.length > 0 ? files : all).map((file) => `./${file.replace(/^\.\//, '')}`)

const folder = mkdtempSync(join(tmpdir(), 'aws-http-'))
const graph = join(folder, 'graph.json')
const leftOut = join(folder, 'left-out')
writeFileSync(graph, JSON.stringify(synthesised('ci', folder)))
writeFileSync(leftOut, '')

// A first request starts a process, and the emulated tables answer sixty writes a second: `test:aws`
// runs beside another suite on two cores, where tests take four times what they take alone.
const { exitCode } = Bun.spawnSync(
  [process.execPath, 'test', '--timeout', '240000', ...suites, ...options],
  {
    env: { ...process.env, TEST_TARGET: 'aws', AWS_GRAPH: graph, LEFT_OUT: leftOut },
    stdio: ['ignore', 'inherit', 'inherit'],
  },
)
const tags = readFileSync(leftOut, 'utf8').split('\n')
rmSync(folder, { recursive: true })

const unused: Reason[] = []
console.log('\nTests and groups of tests that were left out, by the reason that they give:')
for (const reason of Object.keys(reasons) as Reason[]) {
  const times = tags.filter((one) => one === reason).length
  if (times > 0) console.log(`${String(times).padStart(3)}  ${reasons[reason]}`)
  else unused.push(reason)
}
const isWhole = files.length === 0 && !isShort
if (isWhole && unused.length > 0) console.error(`No test gives the reason ${unused.join(', ')}.`)
process.exit(isWhole && unused.length > 0 ? 1 : exitCode)
