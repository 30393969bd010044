import { Resource } from 'sst'
import { auditLater } from '../src/audit/later'
import { readConfig } from '../src/config/read-config'
import { createExports } from '../src/exports/exports'
import { exportsPlace } from '../src/exports/place'
import { assembleGovernance } from '../src/governance/assemble'
import { openErasing } from '../src/platform/aws/erasing'
import { systemClock as clock } from '../src/platform/clock'
import { createAccess } from '../src/privacy/access/access'
import { accessPlace } from '../src/privacy/access/place'
import { redactLater as makeRedact } from '../src/privacy/access/redact-later'
import { createErasures } from '../src/privacy/erasures/erasures'
import { keysPlace } from '../src/privacy/erasures/places/keys'
import { pseudonymsPlace } from '../src/privacy/erasures/places/pseudonyms'
import { failedBatchesPlace, unconvertedPlace } from '../src/privacy/erasures/places/stores'
import { graceOnAws, remainsOnAws } from '../src/privacy/erasures/remains'
import { createLog } from '../src/telemetry/log'

const config = readConfig(process.env)
const log = createLog(config.logLevel, 'json')
const { erasing, failedBatches, unconverted, ...platform } = openErasing(Resource.Nonius, {
  clock,
  log,
})
const { documents, box, typeCounts, registry } = platform
const { tombstones, pseudonyms } = assembleGovernance(platform, {
  clock,
  environment: config.environment,
})
const access = createAccess({ platform, clock, log })
// It deletes exports, and makes none: nothing is hidden from it.
const hidden = { before: async () => undefined }
const exports = createExports({ platform, hidden, makeRedact, clock, log })

const erasures = createErasures({
  ...{ documents, box, typeCounts, registry, tombstones, pseudonyms, clock, log },
  holders: {
    ...platform,
    ...erasing,
    // A batch that is handed on again would bring them back: all other places are searched afterwards.
    firstPlaces: [failedBatchesPlace(failedBatches), unconvertedPlace(unconverted)],
    otherPlaces: [
      pseudonymsPlace(pseudonyms),
      accessPlace(access),
      exportsPlace(exports),
      keysPlace(registry.keys, { clock }),
    ],
  },
  runs: false,
  personal: async () => (await import('../src/governance/personal/load')).loadPersonalData(),
  audit: auditLater({ ...platform, config, clock, log }),
  remains: remainsOnAws,
  graceMs: graceOnAws,
})

// It is called every ten minutes, and ends before Lambda ends it: a step may take a minute.
const RUN_MS = 13 * 60_000

/** Carries on the erasures that were asked for, each as far as it gets. */
export async function handler(): Promise<void> {
  await erasures.carryOn(RUN_MS)
}
