import { Argument, Command, Option } from 'commander'
import { requireKeyOption, type ServerOptions, withServerOptions } from './server-options'
import { renderTable } from './table'
import { requireTypes } from './types/ask'
import type { GenerateOptions } from './types/generate'

type Json = ServerOptions & { json?: true }

export function typesCommand(): Command {
  return new Command('types')
    .description(
      'list, check, register and remove types of native events, on a running server, and write them as TypeScript',
    )
    .addCommand(pushCommand())
    .addCommand(checkCommand())
    .addCommand(listCommand())
    .addCommand(showCommand())
    .addCommand(removeCommand())
    .addCommand(generateCommand())
}

function pushCommand(): Command {
  const command = new Command('push')
    .description('register the types of a file, YAML or JSON, or change them')
    .argument('<file>', '`-` for standard input')
    .option('--dry-run', 'register nothing; tell what would become of the events of the last day')
    .option('--json', 'print JSON, as the server answers')
  return withServerOptions(command, 'a key with admin').action(
    async (file: string, options: Json & { dryRun?: true }) => {
      const { pushTypes } = await import('./types/push')
      if (!(await pushTypes(file, options))) process.exitCode = 1
    },
  )
}

function checkCommand(): Command {
  return new Command('check')
    .description('check the types of a file, YAML or JSON; asks no server')
    .argument('<file>', '`-` for standard input')
    .action(async (file: string) => {
      const { checkTypes } = await import('./types/push')
      const types = await checkTypes(file)
      const names = types.map(({ name }) => name).join(', ')
      process.stdout.write(`${types.length} good: ${names}\n`)
    })
}

function listCommand(): Command {
  const command = new Command('list')
    .description('list the types in force: the built-in ones, with a key those of its tenant, too')
    .option('--json', 'print JSON')
  return withServerOptions(command, 'any key').action(async (options: Json) => {
    const types = await requireTypes(options, 'GET', '')
    const table = () => renderTable(['type', 'description'], Object.entries(types) as never)
    process.stdout.write(`${options.json ? JSON.stringify(types, null, 2) : table()}\n`)
  })
}

function showCommand(): Command {
  const command = new Command('show')
    .description('show the whole of a type, as YAML that `push` takes')
    .argument('<name>', 'compared letter for letter')
    .option('--json', 'print JSON')
  return withServerOptions(command, 'any key').action(async (name: string, options: Json) => {
    const type = await requireTypes(options, 'GET', `/${encodeURIComponent(name)}`)
    const { stringify } = await import('yaml')
    const text = options.json ? `${JSON.stringify(type, null, 2)}\n` : stringify(type)
    process.stdout.write(text)
  })
}

function removeCommand(): Command {
  const command = new Command('remove')
    .description('remove a type of yours; events of it stay')
    .argument('<name>', 'compared letter for letter')
  return withServerOptions(command, 'a key with admin').action(
    async (name: string, options: ServerOptions) => {
      requireKeyOption(options)
      await requireTypes(options, 'DELETE', `/${encodeURIComponent(name)}`)
      process.stderr.write(`Removed ${name}.\n`)
    },
  )
}

function generateCommand(): Command {
  const command = new Command('generate')
    .description('write the types in force as a program that sends them has them')
    .addArgument(new Argument('<language>', 'TypeScript').choices(['ts']))
    .option('-o, --output <file>', 'the file to write; standard output if left out')
    .option(
      '--check',
      'write nothing; say whether the file is current, and exit with 1 if it is not',
    )
    .addOption(
      new Option(
        '--vocabulary <name...>',
        'only types of these; your own are of `tenant`',
      ).argParser((name: string, before: string[] = []) => [...before, ...name.split(',')]),
    )
  return withServerOptions(command, 'any key').action(
    async (_language: string, options: GenerateOptions) => {
      const { generateTypes } = await import('./types/generate')
      if (!(await generateTypes(options))) process.exitCode = 1
    },
  )
}
