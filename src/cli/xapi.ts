import { Command, InvalidArgumentError, Option } from 'commander'
import { systemClock as clock } from '../platform/clock'
import { openDocumentsFile } from '../platform/local'
import { launchModes, moveOns } from '../statements/cmi5/words'
import { isIri } from '../syntax/iri'
import { type DataDirOption, dataDirOption, requireDataDir } from './data-dir'
import { CommandError } from './failure'
import { homeUrl, publicUrlOption } from './server-options'
import { addSourceOnce, readSourceId } from './source-option'

// A first start creates this tenant; others come with their own commands.
const tenantId = 'default'

export function xapiCommand(): Command {
  return new Command('xapi')
    .description('what a record store of xAPI needs beside its HTTP API')
    .addCommand(launchCommand())
}

interface LaunchOptions extends DataDirOption {
  registration: string
  actor: string
  activityId?: string
  publisherId?: string
  launchMode: (typeof launchModes)[number]
  moveOn: (typeof moveOns)[number]
  masteryScore?: number
  launchParameters?: string
  returnUrl?: string
  source: string
  url: URL
}

function launchCommand(): Command {
  return new Command('launch')
    .description('print the URL that launches a cmi5 course for one learner, once')
    .argument('<courseUrl>', 'the page of the course (AU)', readPage)
    .requiredOption('--registration <uuid>', "the learner's registration", readUuid)
    .requiredOption('--actor <mbox>', 'the learner: an e-mail address, or an agent as JSON')
    .option(
      '--activity-id <iri>',
      'what statements are about; by default the page with #activity',
      readIri,
    )
    .option('--publisher-id <iri>', "the course's own id; by default the page", readIri)
    .addOption(
      new Option('--launch-mode <mode>', 'what the course may record')
        .choices(launchModes)
        .default(launchModes[0]),
    )
    .addOption(
      new Option('--move-on <when>', 'when the course is done with')
        .choices(moveOns)
        .default(moveOns[0]),
    )
    .option('--mastery-score <number>', 'from 0 to 1', readScore)
    .option('--launch-parameters <text>', 'handed to the course as they are')
    .option('--return-url <url>', 'where the course sends the learner at its end', readIri)
    .option('-s, --source <id>', 'what its statements are stamped with', readSourceId, 'cmi5')
    .addOption(publicUrlOption("the server, as the learner's browser reaches it", homeUrl()))
    .addOption(dataDirOption())
    .action(async (course: URL, options: LaunchOptions) => {
      const page = new URL(course)
      page.search = page.hash = ''
      const { publisherId = page.href, activityId = `${page.href}#activity` } = options
      if (publisherId === activityId) {
        throw new CommandError('--activity-id and --publisher-id must differ (cmi5, 8.1)')
      }
      using file = openFile(options)
      const { source: sourceId, url: server } = options
      await addSourceOnce(file.registry, { tenantId, sourceId }, clock.now())
      // The rules of xAPI are large, and no other command needs them.
      const { readAgent } = await import('../statements/agent')
      const { launch } = await import('../statements/cmi5/launch')
      const learner = readAgent(agentOf(options.actor), '1.0.3')
      const whom = { tenantId, sourceId, learner, course, server }
      const needs = { documents: file.documents, clock }
      const launched = await launch(needs, { ...options, ...whom, activityId, publisherId })
      // The URL alone goes to stdout, so that a script can open it.
      process.stdout.write(`${launched}\n`)
    })
}

function openFile(options: LaunchOptions) {
  const { db, registry, documents } = openDocumentsFile(requireDataDir(options), clock)
  return { registry, documents, [Symbol.dispose]: () => db.close() }
}

function agentOf(actor: string): string {
  if (actor.startsWith('{')) return actor
  const mbox = actor.startsWith('mailto:') ? actor : `mailto:${actor}`
  return JSON.stringify({ mbox })
}

function readPage(text: string): URL {
  const url = URL.parse(text)
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url
  throw new InvalidArgumentError('It must look like https://example.edu/course/index.html.')
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

function readUuid(text: string): string {
  if (UUID.test(text)) return text.toLowerCase()
  throw new InvalidArgumentError('It must be a UUID.')
}

function readIri(text: string): string {
  if (isIri(text)) return text
  throw new InvalidArgumentError('It must be an IRI with its scheme, as https://example.edu/a.')
}

function readScore(text: string): number {
  const score = Number(text)
  if (text.trim() !== '' && score >= 0 && score <= 1) return score
  throw new InvalidArgumentError('It must be a number from 0 to 1.')
}
