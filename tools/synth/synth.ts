import crypto, { randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { answered } from './calls'
import { startCli } from './cli'
import { evaluate } from './evaluate'
import type { Graph, GraphResource } from './graph'
import { created } from './outputs'
import { fromPlatform, platform, root, workFolder } from './paths'
import { loadPulumi, type Pulumi, plain, type Registered } from './pulumi'

/**
 * Evaluates `sst.config.ts` as `sst deploy` would, with SST's real components and Pulumi's own
 * mocks in place of its engine. It needs neither an account nor the network. It changes its
 * process: one synthesis a process (`main.ts`).
 * @throws when the program throws, or asks for something that `outputs.ts` or `calls.ts` do not
 * answer
 */
export async function synth(stage: string): Promise<Graph> {
  const pulumi = loadPulumi()
  nameWithoutChance()
  const app = await evaluateApp(stage)
  await using cli = await startCli()
  process.env.SST_SERVER = cli.url

  const resources: GraphResource[] = []
  await mockEngine(pulumi, app, resources)
  const registered = await run(pulumi, app)
  for (const { type, name, opts } of registered) {
    const resource = resources.find((one) => one.type === type && one.name === name)
    if (!resource) continue
    if (opts.parent?.__name) resource.parent = opts.parent.__name
    if (opts.protect) resource.protect = true
    if (opts.deleteBeforeReplace) resource.deleteBeforeReplace = true
    if (opts.retainOnDelete) resource.retainOnDelete = true
    if (opts.ignoreChanges) resource.ignoreChanges = opts.ignoreChanges
  }
  return { app, resources: inOrder(resources), artifacts: inOrder(cli.artifacts) }
}

// Removes chance: the end of a name is drawn from this (SST's naming.ts), and without chance two
// runs are equal.
function nameWithoutChance(): void {
  crypto.randomBytes = ((size: number, callback?: never) =>
    size === 8 && !callback ? Buffer.alloc(8) : randomBytes(size, callback!)) as typeof randomBytes
}

/** Evaluates `app()` of the config, with what SST fills in (`pkg/project/project.go`). */
async function evaluateApp(stage: string): Promise<Graph['app']> {
  const given = await evaluate<Partial<Graph['app']>>('app', {
    code: `import config from './sst.config'; export default await config.app(${JSON.stringify({ stage })})`,
    banner: 'function $config(config) { return config }',
  })
  return { removal: 'retain', protect: false, ...given, stage } as Graph['app']
}

async function mockEngine(pulumi: Pulumi, app: Graph['app'], resources: GraphResource[]) {
  const mocks = {
    newResource(args: Parameters<typeof created>[0]) {
      const inputs = plain(args.inputs)
      const { id, outputs } = created({ ...args, inputs })
      // A resource that is only read belongs to somebody else.
      if (!args.id)
        resources.push({ type: args.type, name: args.name, inputs, outputs: { id, ...outputs } })
      return { id, state: { name: id, ...inputs, ...outputs } }
    },
    call: ({ token, inputs }: Parameters<typeof answered>[0]) =>
      answered({ token, inputs: plain(inputs) }),
  }
  await pulumi.runtime.setMocks(mocks, app.name, app.stage, false, 'organization')
}

/**
 * Evaluates `run()` of the config. @returns the registered resources with their options, which
 * mocks are not told
 */
async function run(pulumi: Pulumi, app: Graph['app']): Promise<Registered[]> {
  const work = workFolder(app.stage)
  mkdirSync(work, { recursive: true })
  const providers = fromPlatform<{ alias: string; package: string }[]>('../provider-lock.json')
  const program = await evaluate<() => Promise<unknown>>('run', {
    code: `import { run } from '${platform}/src/auto/run'
      import config from './sst.config'
      export default () => run(config.run)`,
    inject: [join(platform, 'src/shim/run.js')],
    globals: [
      ...providers.map(({ alias, package: name }) => `import * as ${alias} from '${name}';`),
      `import * as sst from '${platform}/src/components';`,
    ].join('\n'),
    define: {
      $app: app,
      $dev: false,
      $cli: {
        command: 'deploy',
        dev: false,
        paths: { home: join(work, 'home'), root, work, platform },
        state: { version: {} },
      },
    },
  })
  const registered: Registered[] = []
  await pulumi.runtime.runInPulumiStack(async () => {
    pulumi.runtime.registerStackTransformation((one) => {
      registered.push(one)
      return undefined
    })
    await program()
  })
  await pulumi.runtime.disconnect()
  return registered
}

/** Sorts the items: promises resolve in any order, and a graph is compared with another one. */
function inOrder<Item extends object>(items: Item[]): Item[] {
  const key = (item: object) => JSON.stringify(item)
  return items.toSorted((a, b) => (key(a) < key(b) ? -1 : 1))
}
