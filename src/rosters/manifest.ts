import type { Faults } from './fault'
import { type RosterVersion, rosterVersions } from './roster'
import { readTable } from './table'
import type { Room, ZipEntry } from './zip'

/** The files of a roster that are read, by their names in a manifest. */
export const rosterFiles = ['orgs', 'users', 'roles', 'classes', 'enrollments'] as const
export type RosterFile = (typeof rosterFiles)[number]

// A property for each file, and some that say who wrote it.
const FORM = { file: 'manifest.csv', optional: [], maxRows: 200 }
const columns = ['propertyName', 'value']

/**
 * Reads which version a roster is of, and which files it has. Without a manifest, which many forget, the
 * files that are there count, and version 1.2 is one that has `roles.csv`.
 * @returns the files that are to be read
 */
export async function readManifest(
  entries: ReadonlyMap<string, ZipEntry>,
  { room, faults }: { room: Room; faults: Faults },
): Promise<{ version: RosterVersion; files: Map<RosterFile, ZipEntry>; hasManifest: boolean }> {
  const manifest = entries.get(FORM.file)
  const said = new Map<string, { value: string; line: number }>()
  if (manifest !== undefined) {
    await readTable(manifest, { ...FORM, required: columns }, { room, faults }, (row, line) => {
      said.set(row('propertyName').toLowerCase(), { value: row('value').toLowerCase(), line })
    })
  }
  const version = said.get('oneroster.version')
  if (version !== undefined && !rosterVersions.some((one) => version.value.startsWith(one))) {
    const message = `The version is ${JSON.stringify(version.value)}, and must be ${rosterVersions.join(' or ')}`
    faults.add({ ...{ file: FORM.file, line: version.line }, message, code: 'unknown_version' })
  }
  const files = new Map<RosterFile, ZipEntry>()
  for (const name of rosterFiles) {
    const file = `${name}.csv`
    const entry = entries.get(file)
    const { value = 'bulk', line } = said.get(`file.${name.toLowerCase()}`) ?? {}
    if (value === 'delta') {
      const message = `${file} has changes alone (delta); send all of it (bulk)`
      faults.add({ ...{ file: FORM.file, line }, message, code: 'delta' })
    } else if (value === 'bulk' && entry === undefined && (line !== undefined || isNeeded(name))) {
      faults.add({ file, message: `${file} is not in the ZIP`, code: 'missing_file' })
    } else if (value === 'absent' && isNeeded(name)) {
      const message = `The manifest says that there is no ${file}, which is needed`
      faults.add({ ...{ file: FORM.file, line }, message, code: 'missing_file' })
    } else if (value === 'bulk' && entry !== undefined) files.set(name, entry)
    else if (value !== 'bulk' && value !== 'absent') {
      const message = `${JSON.stringify(value)} is none of bulk, delta and absent`
      faults.add({ ...{ file: FORM.file, line }, message, code: 'unknown_value' })
    }
  }
  const [found] = rosterVersions.filter((one) => version?.value.startsWith(one))
  return {
    version: found ?? (files.has('roles') ? '1.2' : '1.1'),
    files,
    hasManifest: manifest !== undefined,
  }
}

function isNeeded(name: RosterFile): boolean {
  return name !== 'roles'
}
