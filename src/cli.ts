import { Command } from 'commander'
import { version } from '../package.json'
import { auditCommand } from './cli/audit'
import { convertCommand } from './cli/convert'
import { demoCommand } from './cli/demo'
import { exportCommand } from './cli/export'
import { fail } from './cli/failure'
import { issuersCommand } from './cli/issuers'
import { keysCommand } from './cli/keys'
import { lakeCommand } from './cli/lake'
import { loadCommand } from './cli/load'
import { observerCommand } from './cli/observer'
import { policiesCommand } from './cli/policies'
import { privacyCommand } from './cli/privacy'
import { quarantineCommand } from './cli/quarantine'
import { queryCommand } from './cli/query'
import { reducersCommand } from './cli/reducers'
import { rostersCommand } from './cli/rosters'
import { sendCommand } from './cli/send'
import { serveCommand } from './cli/serve'
import { sourcesCommand } from './cli/sources'
import { statusCommand } from './cli/status'
import { tailCommand } from './cli/tail'
import { tenantsCommand } from './cli/tenants'
import { typesCommand } from './cli/types'
import { validateCommand } from './cli/validate'
import { webhooksCommand } from './cli/webhooks'
import { xapiCommand } from './cli/xapi'

const program = new Command('nonius')
  .description('The event pipeline for learning data.')
  .version(version)

const commands = [
  serveCommand,
  queryCommand,
  exportCommand,
  lakeCommand,
  loadCommand,
  keysCommand,
  tenantsCommand,
  issuersCommand,
  sourcesCommand,
  typesCommand,
  statusCommand,
  tailCommand,
  validateCommand,
  convertCommand,
  sendCommand,
  demoCommand,
  auditCommand,
  observerCommand,
  policiesCommand,
  quarantineCommand,
  webhooksCommand,
  privacyCommand,
  rostersCommand,
  reducersCommand,
  xapiCommand,
]
for (const command of commands) program.addCommand(command())

// `nonius events.ndjson | head` closes the pipe early; that is not a failure of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})

await program.parseAsync().catch(fail)
