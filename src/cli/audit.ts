import { Command } from 'commander'
import type { AuditEntry, AuditPage } from '../audit/trail'
import { systemClock as clock } from '../platform/clock'
import { openDocumentsFile } from '../platform/local'
import { toTimeBound } from '../query/time-bound'
import { verifyCommand } from './audit-verify'
import { type DataDirOption, dataDirOption, requireDataDir } from './data-dir'
import { CommandError } from './failure'
import { offlineTrail } from './registry-place'
import { renderTable } from './table'
import { requireTenant, tenantOption } from './tenant-option'

interface Options extends DataDirOption {
  tenant: string
  json?: true
}

export function auditCommand(): Command {
  return new Command('audit')
    .description(
      'who did what to data of people, and whether all is as it was; works while the server runs',
    )
    .addCommand(listCommand())
    .addCommand(verifyCommand())
}

function open(options: Options) {
  const opened = openDocumentsFile(requireDataDir(options), clock)
  const { registry } = opened
  return { registry, trail: offlineTrail(opened), [Symbol.dispose]: () => opened.db.close() }
}

interface ListOptions extends Options {
  action?: string
  by?: string
  target?: string
  from?: string
  to?: string
  limit: string
}

function listCommand(): Command {
  return new Command('list')
    .description('list entries of the audit trail, the latest first')
    .option('--action <action>', 'the exact action, or how actions begin: key.*')
    .option('--by <id>', 'the key that did it; operator for commands on this machine')
    .option('--target <id>', 'what it was done to')
    .option('--from <time>', 'from this day or time on')
    .option('--to <time>', 'before this day or time')
    .option('--limit <n>', 'how many', '100')
    .addOption(tenantOption())
    .addOption(dataDirOption())
    .option('--json', 'print JSON lines, with hashes and details')
    .action(async (options: ListOptions) => {
      const { action, by, target } = options
      const limit = Number(options.limit)
      if (!Number.isSafeInteger(limit) || limit < 1)
        throw new CommandError('--limit must be 1 or more')
      const filter = { action, by, target, from: timeOf(options.from), to: timeOf(options.to) }
      using file = open(options)
      const { tenantId } = await requireTenant(file.registry, options.tenant)
      const entries: AuditEntry[] = []
      for (let cursor: string | undefined; entries.length < limit; ) {
        const most = Math.min(limit - entries.length, 1000)
        const page: AuditPage = await file.trail.list(tenantId, { limit: most, cursor }, filter)
        entries.push(...page.items)
        cursor = page.nextCursor
        if (cursor === undefined) break
      }
      const lines = entries.map((entry) => JSON.stringify(entry)).join('\n')
      process.stdout.write(`${options.json ? lines : tableOf(entries)}\n`)
    })
}

function timeOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  const time = toTimeBound(text)
  if (time !== undefined) return time
  throw new CommandError(`${text} is no date and no ISO 8601 time`)
}

function tableOf(entries: readonly AuditEntry[]): string {
  const rows = entries.map(({ sequence, at, action, by, target, details }) => {
    return [sequence, at, action, by, target, JSON.stringify(details)]
  })
  return renderTable(['entry', 'at', 'action', 'by', 'target', 'details'], rows)
}
