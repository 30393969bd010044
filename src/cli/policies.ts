import { Command, InvalidArgumentError, Option } from 'commander'
import { policySchema } from '../governance/policy/schema'
import { writeYaml } from '../governance/policy/yaml'
import { createApiClient } from './api-client'
import { describeIssue } from './issue-text'
import { checked, type Policy, policyIn, type Rule, rulesIn } from './policies/documents'
import { linesOfTrial, type Trial } from './policies/print-trial'
import { type ServerOptions, withServerOptions } from './server-options'
import { renderTable } from './table'
import { asking, print, printJson, say } from './webhooks/shared'

interface Options extends ServerOptions {
  json?: true
}

type Put = Policy & { version: number; warnings?: Parameters<typeof describeIssue>[0][] }

export function policiesCommand(): Command {
  const command = new Command('policies').description(
    'what becomes of events: sampling, consent, personal fields, retention (docs/policies.md)',
  )
  const commands = [
    ...[getCommand(), putCommand(), testCommand(), importCommand()],
    ...[historyCommand(), rollbackCommand(), schemaCommand()],
  ]
  for (const one of commands) command.addCommand(one)
  return command
}

function policyCommand(name: string, description: string): Command {
  return withServerOptions(new Command(name).description(description), 'a key with admin').option(
    '--json',
    'print JSON',
  )
}

function getCommand(): Command {
  return policyCommand('get', 'print the policy in force, as YAML')
    .argument('[version]', 'another, as `policies history` shows it', readVersion)
    .action(async (version: number | undefined, options: Options) => {
      const path = version === undefined ? 'policies' : `policies/versions/${version}`
      const policy = await createApiClient(options)<Policy>('GET', path)
      if (options.json) printJson(policy)
      else process.stdout.write(writeYaml(policy))
    })
}

interface PutOptions extends Options {
  dryRun?: true
  last: number
}

function putCommand(): Command {
  return withLast(policyCommand('put', 'put a policy in place of the one in force'))
    .argument('<file>', 'YAML or JSON; `-` is standard input')
    .option('--dry-run', 'say what it would have made of the last events, and change nothing')
    .addHelpText(
      'after',
      '\nA file with a `version` is put only in place of that one. A file without, as in a repository,\nis put in place of the version that is in force.',
    )
    .action(async (file: string, options: PutOptions) => {
      const policy = await policyIn(file)
      if (options.dryRun) return tryIt(policy, options)
      await put(policy, options)
    })
}

function testCommand(): Command {
  return withLast(policyCommand('test', 'say what a policy would have made of the last events'))
    .argument('[file]', 'YAML or JSON; the policy in force, if none')
    .action(async (file: string | undefined, options: PutOptions) => {
      await tryIt(file === undefined ? undefined : await policyIn(file), options)
    })
}

function importCommand(): Command {
  return policyCommand('import', 'add the rules of a file to the policy in force')
    .argument('<file>', 'YAML, JSON, or PMSS (incoming_events[domain="x"] { … })')
    .option('--dry-run', 'print the policy that would be put, and change nothing')
    .addHelpText(
      'after',
      '\nA rule takes the place of one of its name. Settings of the file are set, too.',
    )
    .action(async (file: string, options: PutOptions) => {
      const added = await rulesIn(file)
      const { version: _, rules = [], blocklist = [], ...settings } = added
      const ask = createApiClient(options)
      const before = await ask<Policy>('GET', 'policies')
      const names = new Set([...rules, ...blocklist].map(({ name }) => name))
      const kept = (list: Rule[] = []) => list.filter(({ name }) => !names.has(name))
      const blocks = [...kept(before.blocklist), ...blocklist]
      const policy = {
        ...{ ...before, ...settings, rules: [...kept(before.rules), ...rules] },
        ...((before.blocklist !== undefined || blocks.length > 0) && { blocklist: blocks }),
      }
      checked(file, policy)
      if (!options.dryRun) return put(policy, options)
      if (options.json) printJson(policy)
      else process.stdout.write(writeYaml(policy))
      say('A dry run: nothing was changed.')
    })
}

function historyCommand(): Command {
  return policyCommand('history', 'list the versions of the policy, the latest first')
    .addOption(new Option('--before <n>', 'only those before this version').argParser(readVersion))
    .action(async (options: Options & { before?: number }) => {
      const before = options.before?.toString()
      const path = asking('policies/history', { before })
      type Entry = {
        version: number
        changedAt: string
        changedBy: string
        rules: number
        rolledBackTo?: number
      }
      const page = await createApiClient(options)<{ versions: Entry[]; before?: number }>(
        'GET',
        path,
      )
      if (options.json) return printJson(page)
      const rows = page.versions.map(({ version, changedAt, changedBy, rules, rolledBackTo }) => [
        ...[version, changedAt, changedBy, rules, rolledBackTo],
      ])
      const names = ['version', 'changed at', 'by', 'rules', 'back to']
      process.stdout.write(`${renderTable(names, rows)}\n`)
      if (page.before !== undefined) say(`There are more: --before ${page.before} shows them`)
    })
}

function rollbackCommand(): Command {
  return policyCommand('rollback', 'go back to a version; it becomes the next one')
    .argument('<version>', '0 is no rules', readVersion)
    .option('--dry-run', 'print that version, and change nothing')
    .action(async (version: number, options: PutOptions) => {
      const ask = createApiClient(options)
      if (options.dryRun) {
        const policy = await ask<Policy>('GET', `policies/versions/${version}`)
        if (options.json) printJson(policy)
        else process.stdout.write(writeYaml(policy))
        return say('A dry run: nothing was changed.')
      }
      const now = await ask<Put>('POST', 'policies/rollback', { version })
      if (options.json) return printJson(now)
      print(`Version ${now.version} is in force, with what version ${version} had.`)
    })
}

function schemaCommand(): Command {
  return new Command('schema')
    .description('print the JSON Schema of policies, for an editor')
    .action(() => printJson(policySchema))
}

async function put(policy: Policy, options: Options) {
  const ask = createApiClient(options)
  const version = policy.version ?? (await ask<Policy>('GET', 'policies')).version
  const now = await ask<Put>('PUT', 'policies', { ...policy, version })
  if (options.json) return printJson(now)
  for (const warning of now.warnings ?? []) say(`Note: ${describeIssue(warning)}`)
  const { rules = [], blocklist = [] } = now
  const more = blocklist.length === 0 ? '' : `, ${blocklist.length} of a blocklist`
  print(`Version ${now.version} is in force, with ${rules.length} rules${more}.`)
}

async function tryIt(policy: Policy | undefined, options: PutOptions) {
  const { last } = options
  const tried = await createApiClient(options)<Trial>('POST', 'policies/test', { policy, last })
  if (options.json) return printJson(tried)
  print(...linesOfTrial(tried))
  say('A dry run: nothing was changed.')
}

function withLast(command: Command): Command {
  return command.addOption(
    new Option('--last <n>', 'so many that arrived last, 1 to 10000')
      .argParser(readLast)
      .default(1000),
  )
}

function readVersion(text: string): number {
  if (/^(0|[1-9]\d{0,8})$/.test(text)) return Number(text)
  throw new InvalidArgumentError('It must be a whole number.')
}

function readLast(text: string): number {
  const last = Number(text)
  if (Number.isInteger(last) && last >= 1 && last <= 10_000) return last
  throw new InvalidArgumentError('It must be a whole number from 1 to 10000.')
}
