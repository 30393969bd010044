import { meetAll } from './meet'
import { receiversSuite } from './receivers-suite'

await receiversSuite('Bun', meetAll)
