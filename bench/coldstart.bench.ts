import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { lambdaRuntime } from '../tools/aws-local/lambda-runtime'
import { startSandbox } from '../tools/aws-local/sandbox'
import { synth } from '../tools/synth/synth'

// This bench measures how large the functions' bundles are, and how long they take from the start
// of the process to their first event, beside a function that does nothing. It needs `npm run
// aws:install` once.

const ROUNDS = 15
// The goals for `api` are those of issue 20: 460 KB, the SDK included, and 1.6 × the start of an empty function.
const GOAL_BYTES = 460_000
const GOAL_RATIO = 1.6

interface Deployed {
  name: string
  codeDir: string
  handler: string
  environment: Record<string, string>
}

const runtime = lambdaRuntime()
const { resources, artifacts } = await synth('ci')
const deployed: Deployed[] = artifacts.map(({ functionName, folder, handler }) => {
  const inputs = resources.find(({ name }) => name === `${functionName}Function`)!.inputs
  const [name] = handler.split('.') as [string]
  // No client is used before the first event, but the SDK asks for a region when one is made.
  const environment = { ...inputs.environment.variables, AWS_REGION: 'us-east-1' }
  return { name, codeDir: folder, handler, environment }
})

const folder = mkdtempSync(join(tmpdir(), 'empty-'))
writeFileSync(
  join(folder, 'empty.mjs'),
  'export const handler = async () => ({ statusCode: 200 })\n',
)
const empty = { name: 'empty', codeDir: folder, handler: 'empty.handler', environment: {} }

/** Measures the milliseconds from the start of the process until it asks for its first event. */
async function initMs({ name, ...code }: Deployed): Promise<number> {
  const arn = `arn:aws:lambda:us-east-1:123456789012:function:${name}`
  const onLog = (line: string) => console.error(`${name}: ${line}`)
  const spec = { name, arn, ...code, timeout: 30, memoryMb: 1024, runtime, onLog }
  const start = performance.now()
  await using _ = await startSandbox(spec)
  return performance.now() - start
}

const times = new Map<string, number[]>()
for (let round = 0; round < ROUNDS; round += 1) {
  for (const one of [empty, ...deployed]) {
    times.set(one.name, [...(times.get(one.name) ?? []), await initMs(one)])
  }
}
rmSync(folder, { recursive: true })

const floor = median(times.get('empty')!)
console.log(`Medians of ${ROUNDS} starts each, in turn, under Lambda's Node:\n`)
console.log(`empty     ${floor.toFixed(0).padStart(4)} ms`)
for (const { name, codeDir } of deployed) {
  const ms = median(times.get(name)!)
  const sizes = sizesOf(codeDir, `${name}.mjs`)
  console.log(
    `${name.padEnd(9)} ${ms.toFixed(0).padStart(4)} ms  ${(ms / floor).toFixed(2)} ×  ${sizes}`,
  )
}
console.log(
  `\nGoals for api: ${GOAL_BYTES / 1000} KB, the SDK included; ${GOAL_RATIO} × an empty function.`,
)

/**
 * Tells the size of the code that every start loads, and of the code beside it that is loaded on
 * first use.
 */
function sizesOf(dir: string, entry: string): string {
  const eager = new Set<string>()
  load(entry)
  const size = (file: string) => statSync(join(dir, file)).size
  const at = [...eager].reduce((sum, file) => sum + size(file), 0)
  const all = readdirSync(dir).filter((file) => file.endsWith('.mjs'))
  const later = all.reduce((sum, file) => sum + size(file), 0) - at
  return `${(at / 1000).toFixed(0)} KB at the start, ${(later / 1000).toFixed(0)} KB on demand`

  function load(file: string) {
    if (eager.has(file)) return
    eager.add(file)
    const text = readFileSync(join(dir, file), 'utf8')
    const imports = /(?:^|[;}\n])(?:import|export)(?:[^'"();]*?from)?\s*"\.\/([^"]+)"/g
    for (const [, other] of text.matchAll(imports)) load(other!)
  }
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!
}
