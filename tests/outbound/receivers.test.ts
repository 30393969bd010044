import { meetAll } from '../support/outbound/meet'
import { receiversSuite } from '../support/outbound/receivers-suite'

await receiversSuite('Bun', meetAll)
