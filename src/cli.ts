import { Command } from 'commander'
import { version } from '../package.json'
import { fail } from './cli/failure'

// Reading the modules of all takes four times as long as those of one; they stand in the order of `--help`.
const commands: Record<string, () => Promise<Command>> = {
  serve: async () => (await import('./cli/serve')).serveCommand(),
  query: async () => (await import('./cli/query')).queryCommand(),
  export: async () => (await import('./cli/export')).exportCommand(),
  lake: async () => (await import('./cli/lake')).lakeCommand(),
  load: async () => (await import('./cli/load')).loadCommand(),
  keys: async () => (await import('./cli/keys')).keysCommand(),
  tenants: async () => (await import('./cli/tenants')).tenantsCommand(),
  issuers: async () => (await import('./cli/issuers')).issuersCommand(),
  sources: async () => (await import('./cli/sources')).sourcesCommand(),
  types: async () => (await import('./cli/types')).typesCommand(),
  status: async () => (await import('./cli/status')).statusCommand(),
  tail: async () => (await import('./cli/tail')).tailCommand(),
  validate: async () => (await import('./cli/validate')).validateCommand(),
  convert: async () => (await import('./cli/convert')).convertCommand(),
  send: async () => (await import('./cli/send')).sendCommand(),
  demo: async () => (await import('./cli/demo')).demoCommand(),
  audit: async () => (await import('./cli/audit')).auditCommand(),
  observer: async () => (await import('./cli/observer')).observerCommand(),
  policies: async () => (await import('./cli/policies')).policiesCommand(),
  quarantine: async () => (await import('./cli/quarantine')).quarantineCommand(),
  webhooks: async () => (await import('./cli/webhooks')).webhooksCommand(),
  privacy: async () => (await import('./cli/privacy')).privacyCommand(),
  rosters: async () => (await import('./cli/rosters')).rostersCommand(),
  reducers: async () => (await import('./cli/reducers')).reducersCommand(),
  xapi: async () => (await import('./cli/xapi')).xapiCommand(),
}

const program = new Command('nonius')
  .description('The event pipeline for learning data.')
  .version(version)

const [name = ''] = process.argv.slice(2)
const needed = Object.hasOwn(commands, name) ? [name] : Object.keys(commands)
for (const one of needed) program.addCommand(await commands[one]!())

// `nonius events.ndjson | head` closes the pipe early; that is not a failure of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})

await program.parseAsync().catch(fail)
