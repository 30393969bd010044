import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { synthesised } from '../../../tools/aws-local/synthesised'
import { notOnAws, otherDoors } from './not-on-aws'

// The tests that speak HTTP to the app over the local platform, against the deployment on emulators.
const files = process.argv.slice(2)
const all = [
  ...new Bun.Glob('tests/http/*.test.ts').scanSync(),
  'tests/senders/signed-bodies.test.ts',
]
const suites = files.length > 0 ? files : all.filter((file) => !otherDoors.includes(file))

const folder = mkdtempSync(join(tmpdir(), 'aws-http-'))
const graph = join(folder, 'graph.json')
writeFileSync(graph, JSON.stringify(synthesised('ci', folder)))

for (const [why, names] of Object.entries(notOnAws)) {
  console.log(`Left out: ${why}`)
  for (const name of names) console.log(`  ${name}`)
}
console.log(`Left out, being of the door of one machine: ${otherDoors.join(', ')}`)

const names = Object.values(notOnAws).flat()
const escaped = names.map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
const pattern = names.length > 0 ? ['-t', `^(?!.*(${escaped.join('|')}))`] : []
// A first request starts a process, and the emulated tables answer sixty writes a second.
const options = ['--timeout', '60000', ...pattern]
const suite = Bun.spawnSync(
  [process.execPath, 'test', ...options, ...suites.map((file) => `./${file}`)],
  {
    env: { ...process.env, TEST_TARGET: 'aws', AWS_GRAPH: graph },
    stdio: ['ignore', 'inherit', 'inherit'],
  },
)
rmSync(folder, { recursive: true })
process.exit(suite.exitCode)
